"""Django's settings. Everything an installation may change comes from the environment (``docs/running.md``)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from wuyefei.foundation import environment

SRC = Path(__file__).resolve().parents[1]
HOME = environment.home()
DEMO = environment.demo_mode()
DEBUG = False
SECRET_KEY = hashlib.sha256(environment.keep_secret("django.key")).hexdigest()
ALLOWED_HOSTS = os.environ.get("WUYEFEI_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("WUYEFEI_ORIGINS", "").split(",") if origin]
HTTPS = os.environ.get("WUYEFEI_HTTPS") == "1"

ROOMS = [
    "wuyefei.foundation.platform",
    "wuyefei.foundation.access",
    "wuyefei.foundation.approvals",
    "wuyefei.foundation.jobs",
    "wuyefei.foundation.shell",
    "wuyefei.estate.properties",
    "wuyefei.estate.people",
    "wuyefei.estate.occupancy",
    "wuyefei.estate.profiles",
    "wuyefei.estate.tariffs",
    "wuyefei.estate.contracts",
    "wuyefei.estate.localrules",
    "wuyefei.estate.metering",
    "wuyefei.estate.turnover",
    "wuyefei.money.ledger",
    "wuyefei.money.billing",
    "wuyefei.money.sheets",
    "wuyefei.money.concessions",
    "wuyefei.money.receipts",
    "wuyefei.money.payments",
    "wuyefei.money.deposits",
    "wuyefei.money.transfers",
    "wuyefei.money.corrections",
    "wuyefei.money.pricing",
    "wuyefei.money.divisions",
    "wuyefei.money.channels",
    "wuyefei.money.invoices",
    "wuyefei.money.cashdesk",
    "wuyefei.money.books",
    "wuyefei.relations.contacts",
    "wuyefei.relations.notices",
    "wuyefei.relations.accounts",
    "wuyefei.relations.service",
    "wuyefei.relations.governance",
    "wuyefei.relations.privacy",
    "wuyefei.relations.surveys",
    "wuyefei.relations.moments",
    "wuyefei.insight.measures",
    "wuyefei.insight.arrears",
    "wuyefei.insight.risk",
    "wuyefei.insight.credit",
    "wuyefei.collection.followup",
    "wuyefei.collection.legal",
    "wuyefei.collection.objections",
    "wuyefei.collection.joint",
    "wuyefei.collection.visits",
    "wuyefei.collection.minimums",
    "wuyefei.collection.drives",
    "wuyefei.management.briefing",
    "wuyefei.edges.backoffice",
    "wuyefei.edges.portal",
    "wuyefei.money.intake",
    "wuyefei.money.payouts",
    "wuyefei.money.bank",
    "wuyefei.money.relief",
    "wuyefei.money.rewards",
    "wuyefei.money.debits",
    "wuyefei.money.reconciliation",
    "wuyefei.money.reserve",
    "wuyefei.money.closing",
    "wuyefei.money.control",
    "wuyefei.money.watch",
]
if DEMO:
    ROOMS.append("wuyefei.edges.sandbox")
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    *ROOMS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wuyefei.foundation.platform.middleware.RequestNumberMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wuyefei.foundation.access.middleware.ActorMiddleware",
    "wuyefei.foundation.platform.middleware.DomainErrorMiddleware",
]
ROOT_URLCONF = "wuyefei.config.urls"
WSGI_APPLICATION = "wuyefei.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "wuyefei.foundation.shell.menu.shell",
            ],
            "builtins": ["wuyefei.foundation.shell.templatetags.wy", "django.templatetags.i18n"],
        },
    }
]

DATABASES = {"default": environment.database(os.environ.get("DATABASE_URL", "postgresql://localhost/wuyefei"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "access:sign_in"
CSRF_FAILURE_VIEW = "wuyefei.edges.portal.pages.errors.csrf_failure"
TRUSTED_PROXIES = frozenset(filter(None, os.environ.get("WUYEFEI_PROXIES", "").split(",")))

SESSION_COOKIE_AGE = 8 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_IDLE_SECONDS = 30 * 60
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [SRC / room / "locale" for room in ("edges/cli", "edges/bench", "foundation/embedded", "insight/measures")]
"""Words of rooms that are no Django apps."""
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("WUYEFEI_LOG", "WARNING")},
}
