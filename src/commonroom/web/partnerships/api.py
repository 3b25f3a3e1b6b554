"""Offers, questions, agreements, the board and proposals, for programs."""

from __future__ import annotations

from ninja import Router

from commonroom.web.partnerships.agreements.api import router as agreements
from commonroom.web.partnerships.asks.api import router as asks
from commonroom.web.partnerships.board.api import router as board
from commonroom.web.partnerships.board.days.api import router as days
from commonroom.web.partnerships.market.api import router as market

router = Router(tags=["partnerships"])
for one in (market, asks, agreements, board, days):
    router.add_router("", one)
