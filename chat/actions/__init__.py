"""The only writers, one module a noun. `check_*` refuses; `do_*` writes in one transaction and publishes events."""
