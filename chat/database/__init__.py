"""PostgreSQL: the embedded server, the schema, the pool, and all SQL, one module a noun."""
