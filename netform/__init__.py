"""netform: forms primary care networks from a list of GP practices, and proves the plan best."""

__version__ = "0.1.0"
