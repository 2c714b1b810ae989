"""Environment in, settings out. Every variable is documented in docs/self-hosting.md, in one table."""

import logging
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.preflight import KEYS
from lib import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- where it runs -----------------------------------------------------------------------------------------------

DEV = env.bool("PARLEY_DEV", False)
DEBUG = DEV
HOST = env("HOST", default="127.0.0.1")
PORT = env.int("PORT", 8000)
LOOPBACK = HOST in {"127.0.0.1", "::1", "localhost"}
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).expanduser().resolve()

# The address people type. HTTPS redirect, HSTS and Secure cookies follow from it, so that a plain `bin/run` on loopback
# works over http and a public server behind TLS needs one variable.
PUBLIC_ORIGIN = env("PUBLIC_ORIGIN", default=f"http://{'localhost' if not LOOPBACK else HOST}:{PORT}").rstrip("/")
_origin = urlsplit(PUBLIC_ORIGIN)
if _origin.scheme not in {"http", "https"} or not _origin.hostname:
    raise ImproperlyConfigured(f"PUBLIC_ORIGIN must look like https://chat.example.org, not {PUBLIC_ORIGIN!r}.")
HTTPS = _origin.scheme == "https"

# Only where the proxy writes these headers itself: strangers can send them too.
BEHIND_PROXY = env.bool("PARLEY_BEHIND_PROXY", False)

ALLOWED_HOSTS = [_origin.hostname, "127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN]


def _key(variable):
    """The variable, or the key that the first start wrote into DATA_DIR. There is no default to fall back on."""
    if key := env(variable, default=""):
        return key
    path = DATA_DIR / KEYS[variable]
    try:
        return path.read_text().strip()
    except OSError:
        raise ImproperlyConfigured(f"No {variable}: set it, or start bin/run once, which makes {path}.") from None


SECRET_KEY = _key("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SHARE_KEY = _key("SHARE_KEY")

# --- what it is made of ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.ParleyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "lucide",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "accounts",
    "projects",
    "conversations",
    "sharing",
    "api",
]

MIDDLEWARE = [
    "config.middleware.ClientAddress",
    "sharing.middleware.Unlisted",
    "api.middleware.ApiAnswers",  # sends programs to PagesEnd, past all in between
    "django.middleware.gzip.GZipMiddleware",  # adds noise to each answer, so that its length tells nothing (BREACH)
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ContentSecurity",
    "config.middleware.PrivatePages",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.Authentication",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInIsAPage",
    "allauth.account.middleware.AccountMiddleware",
    "api.middleware.PagesEnd",
    "config.middleware.LengthRequired",
    "config.middleware.DatabaseOutage",
    "config.middleware.Gone",
]

ROOT_URLCONF = "config.urls"
FORCE_SCRIPT_NAME = ""  # at the root of a host; else Django looks for three variables with each request
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "lib.templatetags.parley",
                "lib.templatetags.whole",
                "lucide.templatetags.lucide",
            ],
        },
    },
]

# --- the database ------------------------------------------------------------------------------------------------

DATABASE_URL = env("DATABASE_URL", default="")
if DATABASE_URL:
    _database = env.db_url_config(DATABASE_URL)
    if _database.pop("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL: postgres://user:password@host:5432/name.")
else:
    _database = {
        "HOST": str(postgres.socket_dir(DATA_DIR)),
        "NAME": postgres.DATABASE,
        "USER": postgres.USER,
    }
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "lib.database",
        "CONN_MAX_AGE": None,  # a thread keeps its connection as long as it works: lib.sql.drop_broken
        "OPTIONS": {
            # A firewall forgets a connection that is silent for long, and drops what is said over it later.
            "keepalives_idle": 60,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,  # milliseconds without a sign that it arrived; else Linux waits for 15 minutes
            **_database.get("OPTIONS", {}),
            "connect_timeout": 3,
            # Thirty seconds for any page's statement, from a server that is well. One that is not: lib/outage.py.
            "options": "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c work_mem=32MB"
            " -c datestyle=ISO"  # psycopg reads no other one, and a role may have one
            # Every search reads what waits to be indexed, and whoever fills this list empties it while a person waits.
            " -c gin_pending_list_limit=512kB",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# --- who is asking -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "conversations:index"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {"add_email": "accounts.forms.EmailForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,20/15m/ip", "login": "60/m/ip", "signup": "20/m/ip"}
# Anyone who can reach a server on loopback owns the machine; on a public address the operator decides.
OPEN_SIGNUP = env.bool("PARLEY_OPEN_SIGNUP", LOOPBACK)
OPEN_TENANTS = env.bool("PARLEY_OPEN_TENANTS", False)  # the same of programs, at /api/v1/tenants

CSRF_FAILURE_VIEW = "config.views.forbidden"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "api.specification.Specification",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "A store for conversations with AI. Every answer is JSON; every refusal has the same shape.\n\n"
    "A key is made under Account → API keys. Reads carry an `ETag`, which `If-Match` sends back with a change and "
    "`If-None-Match` with another read. Lists go on with `after`.",
    "SCHEMA_PATH_PREFIX": "/v1",
    "POSTPROCESSING_HOOKS": [  # choices stay where they stand
        "api.specification.with_resources",
        "api.specification.without_marks",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_PATCH": False,
}

# --- what browsers are told --------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "accounts.models.session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- limits ------------------------------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # a form or a JSON body; files have limits of their own
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_200  # a page of checkboxes and a little more
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000  # an account saved conversation by conversation, dropped at once
FILE_UPLOAD_HANDLERS = []  # a page that takes files names its own; sent anywhere else they fill no disk
WORKERS = 2  # processes of the web server
THREADS = env.int("PARLEY_THREADS", 8)  # of each of them, each with its connection to the database
API_RATE = env.int("PARLEY_API_RATE", 6_000)  # requests a minute of one API key; 0 is no limit
# How long a program that was logged in with a password may go on, and how long without asking again it may stay away.
TOKEN_ACCESS_MINUTES = env.int("PARLEY_TOKEN_ACCESS_MINUTES", 3_600)
TOKEN_REFRESH_DAYS = env.int("PARLEY_TOKEN_REFRESH_DAYS", 7)
if TOKEN_ACCESS_MINUTES < 1 or TOKEN_REFRESH_DAYS < 1:
    raise ImproperlyConfigured("PARLEY_TOKEN_ACCESS_MINUTES and PARLEY_TOKEN_REFRESH_DAYS must be at least 1.")
FILES_QUOTA = env.int("PARLEY_FILES_QUOTA", 0)  # bytes of one person's attachments; 0 is no limit
IMPORT_MAX_BYTES = env.int("PARLEY_IMPORT_MAX_BYTES", 8 * 1024**3)

# --- models ------------------------------------------------------------------------------------------------------

# A server that speaks chat completions, as Ollama, vLLM, llama.cpp and the clouds do. Without one everything works
# except what a model has to write.
MODEL_BASE_URL = env("MODEL_BASE_URL", default="").rstrip("/")
MODEL_API_KEY = env("MODEL_API_KEY", default="")
MODEL_NAME = env("MODEL_NAME", default="")
MODEL_TIMEOUT = env.int("MODEL_TIMEOUT", 120)  # seconds for one answer, from asking to its last byte
MODEL_CONTEXT_TOKENS = env.int("MODEL_CONTEXT_TOKENS", 100_000)  # of a conversation that a model is told, at most
if MODEL_BASE_URL:
    _model = urlsplit(MODEL_BASE_URL)
    if _model.scheme not in {"http", "https"} or not _model.hostname or _model.username or _model.query:
        # Not quoted: whoever put a key into it should not find it in a log.
        raise ImproperlyConfigured("MODEL_BASE_URL must look like http://127.0.0.1:11434/v1; a key is MODEL_API_KEY.")
    if not MODEL_NAME:
        raise ImproperlyConfigured("MODEL_BASE_URL needs a MODEL_NAME: which of its models is asked.")
    if MODEL_TIMEOUT < 1 or MODEL_CONTEXT_TOKENS < 1:
        raise ImproperlyConfigured("MODEL_TIMEOUT and MODEL_CONTEXT_TOKENS must be at least 1.")
if not (MODEL_API_KEY.isascii() and MODEL_API_KEY.isprintable()):
    raise ImproperlyConfigured("MODEL_API_KEY holds a character that no key has, such as the end of a line.")

# --- words, time, files ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env("TZ", default="UTC")
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = "config.formats"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if email_url := env("EMAIL_URL", default=""):
    vars().update(env.email_url_config(email_url))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"Parley <parley@{_origin.hostname}>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": sys.stderr}},
    # An outage is said by parley.database and parley.web; "Service Unavailable" besides would be a third voice.
    "filters": {
        "no_outage": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) != 503,
        }
    },
    "root": {"handlers": ["stderr"], "level": logging.WARNING},
    # Django reports every 4xx: those are the asker's business, and their addresses can hold secrets.
    "loggers": {
        "parley": {"level": logging.INFO},
        "django.request": {"level": logging.ERROR, "filters": ["no_outage"]},
    },
}
