"""The HTTP door: routes as declarations, one module a noun, and the pages people see."""
