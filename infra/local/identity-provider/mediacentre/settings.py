"""What this start is told comes by the environment, from serve.py."""

import os
import secrets
import shutil
from pathlib import Path

from saml2 import BINDING_HTTP_REDIRECT
from saml2.saml import NAMEID_FORMAT_TRANSIENT, NAMEID_FORMAT_UNSPECIFIED

URL = os.environ["MEDIACENTRE_URL"]
PRODUCT = os.environ["MEDIACENTRE_PRODUCT"]
FOLDER = Path(os.environ["MEDIACENTRE_FOLDER"])

# The same at each start, whatever the port: an identifier of a pupil counts for the entity that gave it.
ENTITY_ID = "https://mediacentre.rentree.example/idp"
SSO = f"{URL}/idp/sso/redirect/"

SECRET_KEY = secrets.token_hex()
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "mediacentre.urls"
INSTALLED_APPS = [
    # Before the library, so that our page of the form comes before its own.
    "mediacentre",
    "djangosaml2idp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "people.sqlite",
        # Writers wait for one another: a transaction that has read and only then wants to write would be refused at once.
        "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE"},
    }
}
# Tables are made from the models: a database that begins anew each time has nothing to migrate.
MIGRATION_MODULES = {app.rsplit(".", 1)[-1]: None for app in INSTALLED_APPS}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
# As the product's own cookies, it is one of a machine's name and not of a port.
SESSION_COOKIE_NAME = "mediacentre"
AUTH_USER_MODEL = "mediacentre.Person"
LOGIN_URL = "/"
USE_TZ = True
TIME_ZONE = "Europe/Paris"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Metadata of the product say no end.
SAML_IDP_FALLBACK_EXPIRATION_DAYS = 30
SAML_IDP_CONFIG = {
    "xmlsec_binary": shutil.which("xmlsec1"),
    "entityid": ENTITY_ID,
    "key_file": str(FOLDER / "key.pem"),
    "cert_file": str(FOLDER / "certificate.pem"),
    "service": {
        "idp": {
            "name": "Médiacentre de démonstration",
            "endpoints": {"single_sign_on_service": [(SSO, BINDING_HTTP_REDIRECT)]},
            "name_id_format": [NAMEID_FORMAT_TRANSIENT, NAMEID_FORMAT_UNSPECIFIED],
            "policy": {"default": {"lifetime": {"minutes": 15}}},
        },
    },
}
