from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.tiles),
    path("enter", views.enter),
    path("leave", views.leave),
    path("people", views.add),
    path("idp/", include("djangosaml2idp.urls")),
]
