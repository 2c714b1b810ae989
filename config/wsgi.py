import os

from django.core.wsgi import get_wsgi_application

from config.bodies import whole
from sharing.kept import kept

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = whole(kept(get_wsgi_application()))
