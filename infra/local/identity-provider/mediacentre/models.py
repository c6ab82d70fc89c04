from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class Person(AbstractBaseUser):
    """Somebody of an ENT, as one resource of the GAR knows them. The same child in another school is somebody else."""

    USERNAME_FIELD = "name"

    # What a tile is called in the form.
    name = models.CharField(max_length=64, unique=True)
    ido = models.CharField(max_length=255)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    uai = models.CharField(max_length=8)
    # `National_elv`, `National_ens` …
    profile = models.CharField(max_length=20)
    # For the person at the screen: the birth date that the product will ask for.
    note = models.CharField(max_length=200, blank=True)

    def of_the_gar(self):
        """The attributes, by the names that the GAR gives them."""
        return {
            "IDO": [self.ido],
            "PRE": [self.first_name],
            "NOM": [self.last_name],
            "UAI": [self.uai],
            "PRO": [self.profile],
        }

    def is_pupil(self):
        return self.profile.lower() == "national_elv"
