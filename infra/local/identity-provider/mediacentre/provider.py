"""The one resource that may ask: the product."""

import secrets
from datetime import datetime, timezone

from django.conf import settings
from djangosaml2idp.models import ServiceProvider


def trust(product):
    """Without `save`, which would read the product's metadata now: it does not answer yet."""
    metadata = f"{product}/mediacentre/metadata"
    row = ServiceProvider(
        entity_id=metadata,
        remote_metadata_url=metadata,
        # Long ago: to be read when they are first needed.
        metadata_expiration_dt=datetime(2000, 1, 1, tzinfo=timezone.utc),
        _processor="mediacentre.processor.OfTheGar",
        # Unless they stand here, the library signs nothing.
        _sign_response=True,
        _sign_assertion=True,
    )
    ServiceProvider.objects.bulk_create([row])


def metadata_path(row):
    """Where the metadata are written: the library's own folder is the same for every process of a machine.

    At once or not at all: somebody else who signs on at the same moment reads the file while it is written.
    """
    if row.refresh_metadata():
        row.save()
    path = settings.FOLDER / f"provider-{row.id}.xml"
    written = settings.FOLDER / f"provider-{row.id}-{secrets.token_hex(8)}.xml"
    written.write_text(row.local_metadata)
    written.replace(path)
    return str(path)
