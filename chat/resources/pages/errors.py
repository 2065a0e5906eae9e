"""What goes wrong with a page, as a page: not found, refused, failed. It knows whether one is signed in."""

from __future__ import annotations

from typing import Any

from klein import Klein
from twisted.logger import Logger
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from chat.errors import JsonableError
from chat.i18n import gettext as _
from chat.resources.pages.site import PageSite

_log = Logger("chat.pages")
_NOT_FOUND = _("Page not found")


class ErrorPages:
    def __init__(self, site: PageSite) -> None:
        self._site = site

    def mount(self, app: Klein) -> None:
        app.handle_errors(HTTPException)(self.refused)
        app.handle_errors(JsonableError)(self.unhappy)
        app.handle_errors(Exception)(self.failed)

    def refused(self, request: Any, failure: Any) -> bytes:
        """No page at this address, or not with this verb."""
        if isinstance(failure.value, MethodNotAllowed):
            request.setHeader("Allow", ", ".join(sorted(failure.value.valid_methods or ())))
            return self._site.error(request, 405, _("Not like this"),
                                    _("This address does not take that kind of request."))
        return self._site.error(request, 404, _NOT_FOUND, _("There is nothing at this address. It may have moved."))

    def unhappy(self, request: Any, failure: Any) -> bytes:
        """A refusal that no form could show."""
        error = failure.value
        return self._site.error(
            request, error.status, _NOT_FOUND if error.status == 404 else _("That did not work"), error.msg)

    def failed(self, request: Any, failure: Any) -> bytes:
        """A mistake of ours."""
        _log.failure("a page failed", failure)
        return self._site.error(request, 500, _("Something went wrong"),
                                _("The failure was logged. Try again in a moment."))
