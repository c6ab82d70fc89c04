from django.apps import AppConfig


class Mediacentre(AppConfig):
    name = "mediacentre"

    def ready(self):
        from djangosaml2idp.models import ServiceProvider

        from .provider import metadata_path

        ServiceProvider.metadata_path = metadata_path
