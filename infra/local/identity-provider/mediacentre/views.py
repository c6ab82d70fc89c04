import json
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from . import people
from .models import Person

BACKEND = "django.contrib.auth.backends.ModelBackend"


def tile_of(person):
    """Where the tile of the resource leads: its own address of log-in, with what the GAR adds."""
    added = {"idENT": "REVNTw==", "idEtab": person.uai, "idRessource": "ark:/00000/rentree.p"}
    return f"{settings.PRODUCT}/mediacentre?{urlencode(added)}"


@require_GET
def tiles(request):
    everybody = Person.objects.order_by("id")
    context = {
        "pupils": [person for person in everybody if person.is_pupil()],
        "staff": [person for person in everybody if not person.is_pupil()],
        "next": request.GET.get("next", ""),
        "user": request.user,
        "product": settings.PRODUCT,
    }
    return render(request, "mediacentre/tiles.html", context)


@require_POST
def enter(request):
    """Somebody signs in to the ENT and clicks the tile, or goes on to where the product asked who they are."""
    person = get_object_or_404(Person, name=request.POST.get("person"))
    login(request, person, backend=BACKEND)
    following = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = tile_of(person)
    answer = HttpResponseRedirect(following)
    answer.status_code = 303
    return answer


@require_POST
def leave(request):
    logout(request)
    answer = HttpResponseRedirect("/")
    answer.status_code = 303
    return answer


@require_POST
def add(request):
    """More people, as JSON: for tests."""
    people.add(json.loads(request.body))
    return HttpResponse(status=204)
