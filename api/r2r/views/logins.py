"""Programs that log in with what a person would type, refresh what they got, and log out."""

from accounts.models import AuditEvent, Login
from accounts.passwords import change_password, who_signs_in
from api.bodies import bytes_of, form_of, parse
from api.problem import Problem
from api.r2r import faults
from api.r2r.dialect import R2R, R2RAuthentication
from api.r2r.faults import Invalid
from api.r2r.serializers.users import spell_login


class LogIn(R2R):
    authentication_classes = []

    def post(self, request):
        """A form. A wrong password and an address that nobody has are one answer: strangers learn no addresses here."""
        email, password = fields_of(form_of(request), "username", "password")
        user = who_signs_in(request, email, password)
        if user is None:
            raise Problem(401, "wrong_password", "Incorrect email or password")
        login = Login.objects.begin(user, request=request)
        AuditEvent.record("account.program_in", actor=user, target=user, request=request)
        return self.result(spell_login(login))


class Refresh(R2R):
    authentication_classes = []

    def post(self, request):
        """The refresh token alone: a JSON string, or as R2R's JavaScript client sends it, without the quotes."""
        raw = bytes_of(request).strip()
        token = parse(raw) if raw[:1] in (b'"', b"{") else raw.decode(errors="replace")
        if isinstance(token, dict):
            token = token.get("refresh_token")
        if not isinstance(token, str):
            raise Invalid([faults.no_string(["body"], token)])
        login = Login.objects.refresh(token)
        if login is None:
            raise Problem(401, "unauthorized", "Token has been invalidated", headers={"WWW-Authenticate": "Bearer"})
        return self.result(spell_login(login))


class LogOut(R2R):
    def initial(self, request, *args, **kwargs):
        if not R2RAuthentication().secret_of(request):
            raise Problem(401, "not_authenticated", "Not authenticated", headers={"WWW-Authenticate": "Bearer"})
        super().initial(request, *args, **kwargs)

    def post(self, request):
        """Ends the access token that came and the refresh token that belongs to it."""
        if not isinstance(request.auth, Login):
            raise Problem(400, "not_logged_in", "An API key is not logged in: it works until it is revoked.")
        request.auth.delete()
        self.record("account.program_out", request.user)
        return self.result({"message": "Logged out successfully"})


class Password(R2R):
    def post(self, request):
        """Another password. Every token and every session of the old one ends, the one that asks included."""
        asked = self.asked()
        current, new = asked.text("current_password", required=True), asked.text("new_password", required=True)
        asked.check()
        self.check_password(request.user, current)
        self.check_new_password(new, request.user, "new_password")
        change_password(request, request.user, new)
        return self.result({"message": "Password changed successfully"})


class Health(R2R):
    authentication_classes = []

    def get(self, request):
        return self.result({"message": "ok"})


def fields_of(form, *names):
    """These fields of a form. Raises Invalid."""
    missing = [faults.missing(["body", name]) for name in names if name not in form]
    nul = [name for name in names if "\x00" in form.get(name, "")]
    wrong = [faults.bad_value(["body", name], "A text must not hold the character U+0000.") for name in nul]
    if missing or wrong:
        raise Invalid(missing + wrong)
    return [form[name] for name in names]
