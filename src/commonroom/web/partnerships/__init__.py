"""Offers, requests, conversations, the brokering board, and partnerships agreed."""
