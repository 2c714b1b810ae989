import functools

from csp.decorators import csp_update
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.decorators import decorator_from_middleware, method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from api.v1.dialect import V1


class Open(V1):
    """An address that is read without a key."""

    authentication_classes = []
    needs_user = False
    schema = None  # not part of what it describes


class Schema(Open):
    def get(self, request):
        """The specification, OpenAPI 3.1."""
        return HttpResponse(specification(), content_type="application/json")


# The only page below an API's prefix: requests there go past the middleware that allows pages their scripts and styles.
@method_decorator(decorator_from_middleware(CSPMiddleware), name="dispatch")
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")  # Swagger UI styles by attribute
class Swagger(Open):
    produces = ("text/html",)

    def get(self, request):
        """The specification as pages to read and try."""
        return render(request, "api/swagger.html")


@functools.cache
def specification():
    """Made once: it is what the code says, and the code does not change while it runs."""
    generator = SchemaGenerator(urlconf="api.urls")
    return OpenApiJsonRenderer().render(generator.get_schema(public=True), renderer_context={})
