"""The site's addresses as they are in the demo."""

from django.urls import include, path

from wuyefei.config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*urlpatterns, path("sandbox/", include("wuyefei.edges.sandbox.urls"))]
