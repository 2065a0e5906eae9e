"""Stripe: payments, invoices, subscriptions, disputes, payouts.

What it sends: docs.stripe.com/api/events
"""

from __future__ import annotations

from collections.abc import Callable

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.signatures import hmac_with_time
from chat.resources.incoming.words import bold, code, cut, facts, link, paragraphs

_NO_CENTS = frozenset([
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"])


def money(p: Payload, path: str = "amount") -> str:
    """An amount in its currency's own unit: Stripe counts in the smallest."""
    currency, amount = p.text("currency", "").lower(), p.number(path)
    if currency in _NO_CENTS:
        return f"{amount:,.0f} {currency.upper()}"
    return f"{amount / 100:,.2f} {currency.upper()}".strip()


def _object(p: Payload) -> Payload:
    return p["data.object"]


def _page(p: Payload, kind: str, title: str) -> str:
    """A link to the dashboard."""
    test = "" if p.has("livemode") else "test/"
    return link(title, f"https://dashboard.stripe.com/{test}{kind}/{_object(p).text('id')}")


def _topic(p: Payload) -> str:
    found = _object(p)
    return found.text("customer_email", "") or found.text("receipt_email", "") or found.text("customer", "") or "Stripe"


def _paid(mark: str, kind: str, noun: str, verb: str, path: str = "amount") -> Callable[[Payload], Notice]:
    def tell(p: Payload) -> Notice:
        found = _object(p)
        why = found.text("failure_message", "") or found.text("last_payment_error.message", "") \
            or found.text("reason", "") or found.text("description", "")
        return Notice(_topic(p), paragraphs(
            f"{mark} {_page(p, kind, noun)} of {bold(money(found, path))} {verb}.", cut(why, 500)))

    return tell


def _customer(verb: str) -> Callable[[Payload], Notice]:
    def tell(p: Payload) -> Notice:
        found = _object(p)
        name = found.text("name", "") or found.text("email", "") or found.text("id")
        linked = _page(p, "customers", name)
        return Notice(found.text("email", "") or found.text("id"), f"The customer {linked} {verb}.")

    return tell


def _subscription(verb: str) -> Callable[[Payload], Notice]:
    def tell(p: Payload) -> Notice:
        found = _object(p)
        plans = [one.text("price.nickname", "") or one.text("price.id", "") for one in found.each("items.data")[:5]]
        return Notice(found.text("customer", "Stripe"), paragraphs(
            f"{_page(p, 'subscriptions', 'A subscription')} {verb}.",
            facts((("Plan", ", ".join(filter(None, plans))), ("Status", found.text("status", ""))))))

    return tell


def account(p: Payload) -> Notice:
    return Notice("Account", f"The account {code(_object(p).text('id'))} was updated.")


SERVICE = Service("stripe", "Stripe", by_key("type"), {
    "charge.succeeded": _paid(":check:", "payments", "A charge", "succeeded"),
    "charge.failed": _paid(":cross_mark:", "payments", "A charge", "failed"),
    "charge.refunded": _paid(":info:", "payments", "A charge", "was refunded", "amount_refunded"),
    "charge.dispute.created": _paid(":warning:", "disputes", "A dispute", "was opened"),
    "charge.dispute.closed": _paid(":info:", "disputes", "A dispute", "was closed"),
    "payment_intent.succeeded": _paid(":check:", "payments", "A payment", "succeeded"),
    "payment_intent.payment_failed": _paid(":cross_mark:", "payments", "A payment", "failed"),
    "checkout.session.completed": _paid(":check:", "checkout/sessions", "A checkout", "was completed", "amount_total"),
    "invoice.created": _paid(":info:", "invoices", "An invoice", "was made", "amount_due"),
    "invoice.finalized": _paid(":info:", "invoices", "An invoice", "was finalised", "amount_due"),
    "invoice.paid": _paid(":check:", "invoices", "An invoice", "was paid", "amount_paid"),
    "invoice.payment_failed": _paid(":cross_mark:", "invoices", "The payment of an invoice", "failed", "amount_due"),
    "payout.paid": _paid(":check:", "payouts", "A payout", "was paid"),
    "payout.failed": _paid(":cross_mark:", "payouts", "A payout", "failed"),
    "customer.created": _customer("is new"), "customer.updated": _customer("was changed"),
    "customer.deleted": _customer("was deleted"),
    "customer.subscription.created": _subscription("began"),
    "customer.subscription.updated": _subscription("was changed"),
    "customer.subscription.deleted": _subscription("ended"),
    "customer.subscription.trial_will_end": _subscription("will soon end its trial"),
    "account.updated": account,
}, signature=hmac_with_time("Stripe-Signature"), once=lambda delivery: delivery.payload.text("id", "") or None)
