import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["SERVING"] = "on"  # as the role of the database that sees what its viewer may see

application = get_wsgi_application()
