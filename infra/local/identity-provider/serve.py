"""An identity provider for one machine: what stands between a school's ENT and a resource, as the GAR does.

It reads one line of JSON from its standard input, {"product": URL, "people": [...]}, writes one line to its standard output once it
answers, {"url", "entity_id", "sso", "certificate"}, and ends when its standard input closes: whatever becomes of the process that
started it, nothing is left running.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def address_string(self):
        return self.client_address[0]


def end_with_the_one_who_started_us(folder):
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def main():
    asked = json.loads(sys.stdin.buffer.readline())
    # Of this process alone, also for what its libraries write: several may run at once.
    tempfile.tempdir = tempfile.mkdtemp(prefix="mediacentre-")
    folder = Path(tempfile.tempdir)
    threading.Thread(target=end_with_the_one_who_started_us, args=[folder], daemon=True).start()
    # The port first: addresses stand in the settings.
    server = Server(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"

    from mediacentre import certificate

    der = certificate.make(folder)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="mediacentre.settings",
        MEDIACENTRE_URL=url,
        MEDIACENTRE_FOLDER=str(folder),
        MEDIACENTRE_PRODUCT=asked["product"],
    )
    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)

    from django.conf import settings
    from mediacentre import people, provider

    people.add(asked["people"])
    provider.trust(asked["product"])
    server.set_app(get_wsgi_application())
    told = {"url": url, "entity_id": settings.ENTITY_ID, "sso": settings.SSO, "certificate": der}
    print(json.dumps(told), flush=True)
    server.serve_forever()


main()
