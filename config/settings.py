"""Settings, all of them from the environment. docs/operations.md lists the variables."""

import sys
from importlib.util import find_spec
from pathlib import Path

import environ
import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.local_files import LOCAL, OWN_DATABASE, local_secret
from config.tiles import origin_of_tiles
from records.sealing import keys_from, new_key, search_secret_from
from records.web_role import WEB_ROLE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

HTTPS = env.bool("HTTPS", default=not LOCAL)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
PROXY_COUNT = env.int("PROXY_COUNT", default=1)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or local_secret(BASE_DIR, "secret_key", LOCAL)
# Names of suspects: kept sealed, so without these they can be neither entered nor read.
IDENTITY_KEYS = keys_from(
    env("IDENTITY_KEYS", default="")
    or (LOCAL and local_secret(BASE_DIR, "identity_keys", LOCAL, new_key))
    or ""
)
IDENTITY_SEARCH_SECRET = search_secret_from(
    env("IDENTITY_SEARCH_SECRET", default="")
    or (LOCAL and local_secret(BASE_DIR, "identity_search_secret", LOCAL))
    or ""
)
# Partners' keys: only their hashes are kept, which nobody makes without this.
KEY_PEPPER = env("KEY_PEPPER", default="") or SECRET_KEY
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "pghistory",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "records",
    "militias",
    "incidents",
    "legal",
    "reports",
    "partners",
    "config.apps.ProjectConfig",
]

MIDDLEWARE = [
    "config.headers.Headers",
    "config.health.Health",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.sign_in.keys.NoCookiesBesideKeys",
    "config.sign_in.middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "config.limits.Limits",
    "config.conditional.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.sign_in.middleware.SessionAge",
    "config.sign_in.middleware.CodeRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.sign_in.once_more.CodeOnceMore",
    "config.sign_in.keys.KeySignIn",
    "config.conditional.Conditional",
    "records.middleware.GateMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "records.User"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Database: PostgreSQL and nothing else. Who serves people signs in as a role that owns
# nothing and sees what its viewer may see; commands work as the owner: records/walls.py.
SERVING = env.bool("SERVING", default=False)  # set by config/wsgi.py
if OWN_DATABASE:
    from config.database import OWNER, LocalDatabase

    LOCAL_DATABASE = LocalDatabase(BASE_DIR)
    if sys.argv[1:2] != ["localdb"]:  # which must not start what it is asked to stop
        LOCAL_DATABASE.ensure_running()
    DATABASES = {
        "default": env.db_url_config(LOCAL_DATABASE.url_of(WEB_ROLE if SERVING else OWNER))
    }
else:
    OWNER_URL = None if SERVING else env("DATABASE_OWNER_URL", default=None)
    DATABASES = {"default": env.db_url_config(OWNER_URL or env("DATABASE_URL"))}
    if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host/name"
        )
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {
    "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 4},
    "connect_timeout": 3,
    "prepare_threshold": 5,  # any number lets records/prepared.py keep its statements ready
}
if not SERVING:
    DATABASES["default"]["OPTIONS"]["options"] = "-c musaala.maintenance=on"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["TEST"] = {"NAME": env("TEST_DATABASE", default="test_musaala")}

# History: every insert, update and delete, written by triggers, never changed.
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"
PGHISTORY_BASE_MODEL = "records.models.event.Event"
# Who and why stands on the event itself, where it is as unchangeable as the rest.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
# Signs the checkpoints of the chain over it: manage.py verify_history.
AUDIT_KEY = env("AUDIT_KEY", default="") or SECRET_KEY

# Mail: the weekly digest of the queue alone, which names no record
_MAIL = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_HOST"] or "localhost", _MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", default="musaala@localhost")
PUBLIC_ADDRESS = env("PUBLIC_ADDRESS", default="http://127.0.0.1:8000" if LOCAL else "")

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Baghdad"
USE_I18N = True
USE_TZ = True

# Static files, served by the application itself
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Of django-leaflet the script and style of maps alone: as an app it would ask for GDAL.
LEAFLET = Path(find_spec("leaflet").origin).parent / "static" / "leaflet"  # type: ignore[union-attr, arg-type]
STATICFILES_DIRS = [BASE_DIR / "static", ("leaflet", LEAFLET)]
# Stored copies and releases: private, answered by views that ask who reads, or not at all
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media"))
MOST_FILE_BYTES = env.int("FILE_MB", default=100) * 1024**2  # of one stored copy
PRIVATE = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": PRIVATE,
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Signing in: docs/adr/0017-signing-in.md
REQUIRE_2FA = env.bool("REQUIRE_2FA", default=not LOCAL)
CODES_KEY = env("CODES_KEY", default="") or SECRET_KEY
OTP_TOTP_ISSUER = "Musaala"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "config.sign_in.backend.PasswordAndCode",
]
SESSION_ENGINE = "config.sign_in.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_MINUTES", default=30) * 60
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CODE_MINUTES = max(env.int("CODE_MINUTES", default=15), 1)  # with none, no code would do
LOCKOUT_MINUTES = env.int("LOCKOUT_MINUTES", default=15)
AXES_HANDLER = "config.sign_in.lockout.Lockout"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "config.sign_in.lockout.locked_out"
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "config.sign_in.lockout.name_tried"
AXES_CLIENT_IP_CALLABLE = "config.sign_in.address.client_address"
AXES_COOLOFF_TIME = 24  # hours for which failures are remembered
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # it would keep the addresses of staff

# Maps draw outlines. A server of tiles, if any, learns which places are looked at.
MAP_TILES = env("MAP_TILES", default="")
MAP_TILES_CREDIT = env("MAP_TILES_CREDIT", default="")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *origin_of_tiles(MAP_TILES)],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "partners.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["records.permissions.MayRead"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.Parser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "config.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": "config.methods.Methods",
    "EXCEPTION_HANDLER": "config.problems.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Musaala",
    "DESCRIPTION": "Attacks by armed groups, who claimed them, who they are attributed to, "
    "who was arrested and how the courts ended it.\n\n"
    "Lists come in pages: follow `next` as it is given. A parameter that is unknown, empty, "
    "repeated or malformed is refused and named. A date is its first and last possible day "
    "and a precision. What is not known is null, never 0. Records are named by their "
    "`reference`; filters accept the `origin_id` too.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema_exports.describe_exports",
        "config.schema_shapes.describe_shapes",
        "config.openapi.for_every_operation",
    ],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Without a validator address the page would ask a server on the Internet.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "PointPrecision": "records.dates.POINT_PRECISIONS",
        "MarkingGiven": "records.members.MARKINGS",
    }
    | {
        name: f"{module}.{name}"
        for module, names in {
            "records.dates": "Precision",
            "records.names": "NameKind Script",
            "records.models": "Certainty Confidence Marking Reliability ReviewStatus "
            "SourceKind Support",
            "records.models.source": "Reading",
            "militias.models": "Decision GroupKind RelationKind",
            "incidents.models": "CasualtyCategory CasualtyStatus IncidentKind IncidentOutcome "
            "PlaceKind PlaceRole ResponseKind Stance StatementKind TargetKind Weapon",
            "incidents.models.casualty": "Side",
            "legal.models": "DesignationKind Level LinkBasis ObligationKind ObligationStatus "
            "ReparationHead RulingKind SentenceKind StepKind",
            "legal.models.finding": "Modality",
            "legal.models.provision": "InstrumentKind",
            "partners.api.me": "AskerKind",
            "partners.feed": "ChangeKind RemovalReason",
            "partners.models": "Scope",
            "reports.reach": "Reached",
        }.items()
        for name in names.split()
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"axes": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
