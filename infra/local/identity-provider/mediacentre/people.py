"""Who is in the ENT."""

from .models import Person

FIELDS = ("ido", "first_name", "last_name", "uai", "profile", "note")


def add(people):
    """Adds people, or changes those of the same name."""
    for person in people:
        values = {field: person[field] for field in FIELDS}
        Person.objects.update_or_create(name=person["name"], defaults=values)
