"""The tables of record in results/today.md. Run as a module, this writes them anew.

Standard library and PyYAML only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from autoscale_report import record_page
from autoscale_report.record_page import Row, table, with_tables
from autoscale_report.today import ANSWER, GRIDS, PAGE, PHONES, RECORD

SHOWN = ("galaxy_s25", "iphone_17_pro")
NETWORKS = {"wifi": "Wi-Fi", "lte": "LTE", "nr_low": "5G low", "nr_mid": "5G mid", "nr_mmwave": "5G mmWave"}
PLACES = {"S1": "calm, Wi-Fi", "foreground_chrome": "Chrome in front, Wi-Fi", "walk_nr_low": "walk, 5G low",
          "walk_nr_mid": "walk, 5G mid", "walk_nr_mmwave": "walk, mmWave"}  # fmt: skip
SAVED_IN = ("S1", "foreground_chrome", "walk_nr_mid")
COUNTS = {"phone": "the phone's", "system": "all"}
LEARNERS = ("residual", "autoscale")
ALONE = (*LEARNERS, "opt")
MEASURES = {"load": ".0f", "short": ".0f", "heat": ".1f"}

rows_of = partial(record_page.rows_of, RECORD)


def threshold(cell: str, form: str = ".0f") -> str:
    return {"0": "always", "inf": "never"}.get(cell, cell and format(float(cell), form))


def rounded(value: float, form: str) -> str:
    """Without the sign of a zero."""
    text = format(value, form)
    return text.removeprefix("-") if not text.strip("-0.") else text


def interval(row: Row, name: str, factor: float = 100, form: str = ".1f") -> str:
    """With half of its interval."""
    value = factor * float(row[name])
    half = abs(factor * float(row[f"{name}_high"]) - value)
    return f"{rounded(value, form)} ±{half:{form}}"


def crossings(rows: list[Row]) -> str:
    usual = [r for r in rows if all(int(r[key]) == tokens for key, tokens in ANSWER.items())]
    head = ["phone", *(f"{clock} clock, {name}" for name in GRIDS for clock in ("cheapest", "full"))]
    return table(head, [[PHONES[r["phone"]], *(threshold(r[f"{clock}, {name}"]) for name in GRIDS
                                               for clock in ("cheapest", "full"))] for r in usual])  # fmt: skip


def wins(rows: list[Row]) -> str:
    """Of the points of the maps, in percent."""
    head = ["phone", "network", "the phone's, with a laptop: phone", "laptop", "server", "without one: phone", "server",
            "all, with a laptop: phone", "laptop", "server"]  # fmt: skip
    cells = []
    for phone, name in PHONES.items():
        for network, called in NETWORKS.items():
            here = [r for r in rows if (r["phone"], r["network"], r["signal"]) == (phone, network, "regular")]
            cells.append([name, called])
            for weight, sites in ((0, "phone helper server"), (0, "phone server"), (1, "phone helper server")):
                best = [cheapest(r, weight, sites.split()) for r in here]
                cells[-1] += [f"{100 * best.count(site) / len(best):.0f}" for site in sites.split()]
    return table(head, cells)


def cheapest(row: Row, weight: float, sites: list[str]) -> str:
    costs = {site: float(row[f"{site}_j"]) + weight * float(row.get(f"{site}_own_j") or 0)
             for site in sites if row[f"{site}_j"]}  # fmt: skip
    return min(costs, key=costs.__getitem__)


def use(rows: list[Row]) -> str:
    """Always the phone beside always the server."""
    found = {tuple(r[key] for key in ("device", "place", "network", "pause", "policy")): r for r in rows}
    cells = []
    for phone in SHOWN:
        for place in ("S1", "hand_heat"):
            for pause in ("1", "60", "600"):
                own = found[phone, place, "wifi", pause, "edge_best"]
                servers = [found[phone, place, network, pause, "cloud"] for network in ("wifi", "nr_mid")]
                cells.append([PHONES[phone], "warm" if place == "hand_heat" else "", pause,
                              interval(own, "throttled"), interval(own, "tpot_ms", 1),
                              interval(own, "tokens_late"), interval(own, "first_late"),
                              interval(own, "phone_mj_per_token", 1, ".0f"),
                              *(interval(r, "phone_mj_per_token", 1) for r in servers)])  # fmt: skip
    return table(["phone", "hand", "pause, s", "throttled, %", "ms per token", "tokens late, %", "first late, %",
                  "mJ per token", "of the server over Wi-Fi", "over 5G mid"], cells)  # fmt: skip


def savings(rows: list[Row]) -> str:
    cells = []
    for r in rows:
        if r["device"] in SHOWN and r["place"] in SAVED_IN and r["policy"] in LEARNERS:
            over = [interval(r, f"saved_over_{name}", form=".0f") for name in ("edge_best", "cloud")]
            cells.append([PHONES[r["device"]], COUNTS[r["counts"]], r["others"], PLACES[r["place"]],
                          f"`{r['policy']}`", *over, rounded(-100 * float(r["saved_over_opt"]), ".0f"), interval(r, "first_late"),
                          interval(r, "tokens_late")])  # fmt: skip
    return table(["phone", "joules", "others", "place", "learner", "saved over always the NPU, %",
                  "over always the server, %", "above Opt, %", "first token late, %", "tokens late, %"], cells)  # fmt: skip


def alone(rows: list[Row]) -> str:
    """Without a laptop, the phone's joules, 31 others."""
    head = ["phone", "place", *(f"`{name}` over always the {site}, %" for name in ALONE for site in ("NPU", "server"))]
    found = {(r["device"], r["place"], r["policy"]): r for r in rows}
    return table(head, [
        [PHONES[phone], PLACES[place], *(interval(found[phone, place, name], f"saved_over_{baseline}")
                                         for name in ALONE for baseline in ("edge_best", "cloud"))]
        for phone in SHOWN for place in PLACES if (phone, place, "opt") in found
    ])  # fmt: skip


def sensitivity(rows: list[Row], measure: str) -> str:
    form = MEASURES[measure]
    return table(["what is moved", "to", *(PHONES[phone] for phone in SHOWN)],
                 [[r["assumption"], r["end"], *(threshold(r[phone], form) for phone in SHOWN)]
                  for r in rows if r["measure"] == measure])  # fmt: skip


TABLES: dict[str, Callable[[list[Row]], str]] = {"crossings": crossings, "lengths": wins, "use": use,
                                                 "savings": savings, "alone": alone}  # fmt: skip


def page(text: str) -> str:
    """The page with its tables from the record."""
    moved = rows_of("sensitivity")
    return with_tables(text, {name: of_rows(rows_of(name)) for name, of_rows in TABLES.items()}
                       | {measure: sensitivity(moved, measure) for measure in MEASURES})  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
