"""Tidy the stored public copies of DfE releases into the bundled England panel (long form).

Usage: python scripts/bundle_england.py FOLDER, where FOLDER holds panel_ks4.parquet,
panel_ks2.parquet, context.parquet, schools.parquet, ofsted_history.parquet and official/ (see
data/england/README.md).
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import polars as pl

from commonroom.tables import impact, sources

TARGET = Path(__file__).parents[1] / "src/commonroom/data/england"

KS4 = {
    "att8": "attainment8", "p8": "progress8", "basics_95": "english_maths_5",
    "basics_94": "english_maths_4", "basics_ac": "english_maths_c", "ebacc_aps": "ebacc_score",
    "ebacc_entry": "ebacc_entry", "ac5em": "five_ac_english_maths",
    "ac5em_disadv": "five_ac_english_maths_disadvantaged", "va_best8": "value_added_best8",
    "att8_disadv": "attainment8_disadvantaged", "p8_disadv": "progress8_disadvantaged",
    "gap_att8_disadv": "attainment8_gap", "gap_p8_disadv": "progress8_gap",
    "pct_disadv": "disadvantaged", "pct_prior_lo": "prior_low", "pct_prior_hi": "prior_high",
    "ks2_aps": "prior", "ks2_scaled": "prior", "pct_nonmobile": "stability",
}  # fmt: skip
KS2 = {
    "rwm_exp": "rwm_expected", "rwm_high": "rwm_higher", "read_score": "reading_score",
    "maths_score": "maths_score", "read_prog": "reading_progress", "writ_prog": "writing_progress",
    "maths_prog": "maths_progress", "l4em": "level4_english_maths",
}  # fmt: skip
CONTEXT = {
    "pupils": "pupils", "pct_fsm6": "fsm6", "pct_eal": "eal", "pct_ehcp": "ehcp",
    "pct_sen_support": "sen_support", "pct_fsm": "fsm", "absence": "absence",
    "persistent_absence": "persistent_absence",
}  # fmt: skip
SIMILAR = {
    "pct_disadv": "disadvantaged", "idaci": "idaci", "stability": "stability", "polar4": "polar4",
    "ks2_prior_scaled": "prior",
}  # fmt: skip
KS2_2011 = {"pupils": "pupils", "pct_fsm": "fsm", "pct_eal": "eal", "absence": "absence"}

RELEASE = {
    ("secondary", 2014): "DfE Key stage 4 performance tables 2013/14",
    ("secondary", 2016): "DfE Key stage 4 performance tables 2015/16, final",
    ("secondary", 2017): "DfE Key stage 4 performance tables 2016/17, final",
    ("secondary", 2018): "DfE Key stage 4 performance tables 2017/18, final",
    ("secondary", 2019): "DfE Key stage 4 performance tables 2018/19, final",
    ("secondary", 2023): "DfE Key stage 4 performance tables 2022/23, final",
    ("secondary", 2024): "DfE Key stage 4 performance 2023/24",
    ("secondary", 2025): "DfE Key stage 4 performance 2024/25",
    ("primary", 2011): "DfE Key stage 2 performance tables 2010/11",
    ("primary", 2016): "DfE Key stage 2 performance tables 2015/16, final",
    ("primary", 2017): "DfE Key stage 2 performance tables 2016/17, final",
    ("primary", 2018): "DfE Key stage 2 performance tables 2017/18, final",
    ("primary", 2019): "DfE Key stage 2 performance tables 2018/19",
    ("primary", 2024): "DfE Key stage 2 performance 2023/24",
    ("primary", 2025): "DfE Key stage 2 performance 2024/25",
}
CENSUS = {
    2019: "DfE school census and absence 2018/19",
    2023: "DfE school census and absence 2022/23",
    2024: "DfE Get information about schools and census, early 2024",
    2025: "DfE and Ofsted similar schools data, 2025 release",
}
NO_CODE = "no number in the release (its code was not kept)"
HEADLINE = {"secondary": "att8", "primary": "rwm_exp"}
KIND = {
    "State-funded primary": "mainstream", "State-funded secondary": "mainstream",
    "State-funded nursery": "nursery", "State-funded special school": "special",
    "Non-maintained special school": "special", "State-funded AP school": "alternative",
    "Pupil referral unit": "alternative", "Independent school": "independent",
}  # fmt: skip
REGIONS = {
    "North East": "North East", "North West": "North West", "South and West": "Yorkshire and the Humber",
    "North Yorkshire": "Yorkshire and the Humber", "Yorkshire": "Yorkshire and the Humber",
    "East Midlands": "East Midlands", "West Midlands": "West Midlands", "East of England": "East of England",
    "London": "London", "South East": "South East", "South West": "South West",
    "Inner London": "London", "Outer London": "London",
}  # fmt: skip


def long(frame: pl.DataFrame, columns: dict[str, str], phase: str, cohort: str | None) -> pl.DataFrame:
    """One row per school number, year and variable; rows without a figure are left out."""
    share = pl.col(cohort) if cohort else pl.lit(None, dtype=pl.Float64)
    parts = [
        frame.select(
            pl.col("urn").cast(pl.String).alias("school"),
            pl.col("year").cast(pl.Int32),
            pl.lit(phase).alias("phase"),
            pl.lit(variable).alias("variable"),
            pl.col(column).round(6).alias("value"),
            (share if not variable.endswith(("_disadvantaged", "_gap")) else pl.lit(None, dtype=pl.Float64))
            .cast(pl.Float64).alias("cohort"),
            pl.lit(None, dtype=pl.String).alias("missing"),
        ).filter(pl.col("value").is_not_null() & pl.col("value").is_not_nan())
        for column, variable in columns.items()
    ]  # fmt: skip
    return pl.concat(parts)


def headline_missing(frame: pl.DataFrame, phase: str) -> pl.DataFrame:
    """Rows that say a headline figure is missing, in years that have the measure."""
    column = HEADLINE[phase]
    columns = KS4 if phase == "secondary" else KS2
    years = frame.filter(pl.col(column).is_not_null())["year"].unique()
    return frame.filter(pl.col("year").is_in(years.implode()) & pl.col(column).is_null()).select(
        pl.col("urn").cast(pl.String).alias("school"),
        pl.col("year").cast(pl.Int32),
        pl.lit(phase).alias("phase"),
        pl.lit(columns[column]).alias("variable"),
        pl.lit(None, dtype=pl.Float64).alias("value"),
        pl.lit(None, dtype=pl.Float64).alias("cohort"),
        pl.lit(NO_CODE).alias("missing"),
    )


def figures(folder: Path) -> pl.DataFrame:
    """All published figures in long form, each with the release it comes from."""
    ks4 = pl.read_parquet(folder / "panel_ks4.parquet").unique(
        ["urn", "year"], keep="first", maintain_order=True
    )
    ks2 = pl.read_parquet(folder / "panel_ks2.parquet").unique(
        ["urn", "year"], keep="first", maintain_order=True
    )
    context = pl.read_parquet(folder / "context.parquet")
    # SEN, EAL and pupils of the 2025 similar-schools release are for the school as a whole.
    results = pl.concat([
        long(ks4, KS4, "secondary", "ks4_pupils"), headline_missing(ks4, "secondary"),
        long(ks2, KS2, "primary", "ks2_pupils"), headline_missing(ks2, "primary"),
    ]).join(
        pl.DataFrame([(p, y, r) for (p, y), r in RELEASE.items()],
                     schema={"phase": pl.String, "year": pl.Int32, "release": pl.String}, orient="row"),
        on=["phase", "year"], how="left",
    )  # fmt: skip
    whole = pl.concat([
        long(context, CONTEXT, "all", None),
        long(context.filter(pl.col("year") == 2025), SIMILAR, "secondary", None),
    ]).with_columns(
        pl.col("year").replace_strict(CENSUS, return_dtype=pl.String).alias("release")
    )  # fmt: skip
    london = long(ks2.filter(pl.col("year") == 2011), KS2_2011, "all", None).with_columns(
        pl.lit(RELEASE["primary", 2011]).alias("release")
    )
    order = list(sources.FIGURES.keys)
    joined = pl.concat([results, whole, london]).unique(order, keep="first", maintain_order=True)
    return sources.FIGURES.check(joined.sort("phase", "variable", "year", "school"))


def day(column: str) -> pl.Expr:
    """A date written as 2022-08-31 or 20170915."""
    text = pl.col(column).str.replace_all("-", "")
    return text.str.to_date("%Y%m%d", strict=False).alias(column)


def kind() -> pl.Expr:
    """Mainstream, special, independent, alternative, nursery or college, from two columns."""
    written = pl.col("school_type").str.to_lowercase().fill_null("")
    return (
        pl.col("census_type").replace_strict(KIND, default=None, return_dtype=pl.String)
        .fill_null(
            pl.when(written.str.contains("independent")).then(pl.lit("independent"))
            .when(written.str.contains("special")).then(pl.lit("special"))
            .when(written.str.contains("college") & ~written.str.contains("technolog|technical"))
            .then(pl.lit("college"))
            .when(written.str.contains("referral|alternative")).then(pl.lit("alternative"))
            .when(written.is_in(["", "nan"])).then(None)
            .otherwise(pl.lit("mainstream"))
        ).alias("kind")
    )  # fmt: skip


def region() -> pl.Expr:
    """One of the nine English regions."""
    found: pl.Expr = pl.lit(None, dtype=pl.String)
    for start, name in REGIONS.items():
        found = pl.when(pl.col("region").str.starts_with(start)).then(pl.lit(name)).otherwise(found)
    return found.alias("region")


def schools(folder: Path, wanted: pl.Series) -> pl.DataFrame:
    """One row per school number that has a figure."""
    codes = pl.read_csv(folder / "official/2022-2023/la_and_region_codes_meta.csv").select(
        pl.col("LEA").alias("la_code"), pl.col("LA Name").alias("named"), pl.col("REGION NAME").alias("area")
    ).unique("la_code")  # fmt: skip
    admissions = pl.col("admissions").str.to_lowercase()
    frame = pl.read_parquet(folder / "schools.parquet").join(codes, on="la_code", how="left").select(
        pl.col("urn").cast(pl.String).alias("school"),
        pl.col("name"),
        pl.col("la_code").cast(pl.String).alias("authority_code"),
        pl.coalesce("la_name", "named").alias("authority"),
        pl.coalesce("region", "area").alias("region"),
        kind(),
        pl.col("school_type").replace("nan", None).str.to_lowercase().str.replace("schools$", "school")
        .alias("type"),
        pl.when(admissions.str.starts_with("selective")).then(pl.lit("selective"))
        .when(admissions.str.starts_with("non-selective")).then(pl.lit("non-selective"))
        .otherwise(None).alias("admissions"),
        pl.when(pl.col("gender").is_in(["Mixed", "Girls", "Boys"])).then(pl.col("gender").str.to_lowercase())
        .otherwise(None).alias("gender"),
        "easting", "northing",
        day("open_date").alias("opened"), day("close_date").alias("closed"),
        pl.lit("DfE Get information about schools, 2022 to 2026").alias("release"),
    ).with_columns(region())  # fmt: skip
    return sources.SCHOOLS.check(frame.filter(pl.col("school").is_in(wanted.implode())).sort("school"))


def links(folder: Path) -> pl.DataFrame:
    """Predecessor and successor links as published, English numbers only."""
    kinds = {
        "Successor": "one-to-one", "Predecessor": "one-to-one",
        "Successor - merged": "merged", "Predecessor - merged": "merged",
        "Successor - amalgamated": "amalgamated", "Predecessor - amalgamated": "amalgamated",
        "Successor - Split School": "split", "Predecessor - Split School": "split",
    }  # fmt: skip
    path = folder / "official/gias/links_edubasealldata20250422.csv"
    frame = pl.read_csv(path, encoding="latin1").filter(pl.col("LinkType").is_in(list(kinds)))
    return sources.LINKS.check(
        frame.select(
            pl.col("URN").cast(pl.String).alias("school"),
            pl.col("LinkURN").cast(pl.String).alias("linked"),
            pl.when(pl.col("LinkType").str.starts_with("Predecessor")).then(pl.lit("predecessor"))
            .otherwise(pl.lit("successor")).alias("link"),
            pl.col("LinkType").replace_strict(kinds).alias("kind"),
            pl.col("LinkEstablishedDate").str.to_date("%d-%m-%Y", strict=False).alias("date"),
            pl.lit("DfE Get information about schools, links of 22 April 2025").alias("release"),
        ).sort("school", "linked", "link")
    )  # fmt: skip


def judgements(folder: Path) -> pl.DataFrame:
    """Inspection judgements by school number and date; of two on one day, the one of the grades then in use."""
    phases = {
        "Primary": "primary", "Middle deemed primary": "primary", "Secondary": "secondary",
        "Middle deemed secondary": "secondary", "All-through": "secondary",
    }  # fmt: skip
    known = pl.read_parquet(folder / "schools.parquet").unique("urn", keep="first", maintain_order=True)
    # "Satisfactory" became "requires improvement" in September 2012.
    old = (pl.col("rating") == "Satisfactory") == (pl.col("date") < pl.date(2012, 9, 1))
    frame = (
        pl.read_parquet(folder / "ofsted_history.parquet")
        .sort("urn", "date", ~old, "rating")
        .unique(["urn", "date"], keep="first", maintain_order=True)
        .join(known.select("urn", "phase"), on="urn", how="left")
    )
    return impact.JUDGEMENTS.check(
        frame.select(
            pl.col("urn").cast(pl.String).alias("number"), "date",
            pl.col("rating").str.to_lowercase().alias("judgement"),
            pl.col("phase").replace_strict(phases, default=None, return_dtype=pl.String),
            pl.lit("Ofsted inspection outcomes, September 2005 to February 2020").alias("release"),
        ).sort("number", "date")
    )  # fmt: skip


def write(frame: pl.DataFrame, name: str) -> None:
    """Write with delta encodings (a third of the size of plain pages), in one row group."""
    target = TARGET / f"{name}.parquet"
    duckdb.register("frame", frame.to_arrow())
    duckdb.sql(
        f"COPY (SELECT * FROM frame) TO '{target}' (FORMAT parquet, PARQUET_VERSION v2, "
        "COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 4000000)"
    )
    print(f"{name}: {frame.height:,} rows, {target.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Write figures, schools, links and judgements beside each other."""
    folder = Path(sys.argv[1])
    found = figures(folder)
    write(found, "figures")
    write(schools(folder, found["school"].unique()), "schools")
    write(links(folder), "links")
    write(judgements(folder), "judgements")


if __name__ == "__main__":
    main()
