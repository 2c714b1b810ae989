from accounts.models.api_key import ApiKey
from accounts.models.audit_event import AuditEvent
from accounts.models.client_settings import ClientSettings
from accounts.models.login import Login
from accounts.models.request_count import RequestCount
from accounts.models.session import Session
from accounts.models.user import User
from accounts.models.workspace import Workspace

__all__ = ["ApiKey", "AuditEvent", "ClientSettings", "Login", "RequestCount", "Session", "User", "Workspace"]
