"""What the library asks about somebody who signs on."""

import secrets

from djangosaml2idp.processors import BaseProcessor


class OfTheGar(BaseProcessor):
    def get_user_id(self, user, name_id_format, service_provider, idp_config):
        # Another one each time: nobody may use it as a key.
        return f"_{secrets.token_hex(16)}"

    def create_identity(self, user, sp_attribute_mapping):
        return user.of_the_gar()
