from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from commonroom import sources
from commonroom.errors import SaidToPeople
from commonroom.sources import england

Write = Callable[[str, str | bytes], Path]
One = Callable[..., tuple[float | None, str | None]]

KS4 = "2018-2019/england_ks4final.csv"
#: Every column that a vintage of 2018/19 must have, so that only what a test changes is said.
HEADER = "RECTYPE,LEA,ESTAB,URN,SCHNAME,NFTYPE,TPUP,ATT8SCR,P8MEA,PTL2BASICS_94,PTL2BASICS_95,EBACCAPS"
HEADER += ",PTEBACC_E_PTQ_EE"
USUAL = "1,202,4104,,Acland Burghley School,CY,180,48.1,-0.06,63.0%,41.0%,4.2,50.0%"
COUNTRY = "5,,,,,,500000,46.7,-0.03,64.9%,43.4%,4.07,40.0%"


def ks4(*rows: str, header: str = HEADER, footer: str = COUNTRY) -> str:
    return "\n".join([header, *rows, footer]) + "\n"


def school(urn: str = "100053", **cells: str) -> str:
    names = HEADER.split(",")
    return ",".join((dict(zip(names, USUAL.split(","), strict=True)) | {"URN": urn} | cells).values())


def said(reading: sources.Reading) -> list[str]:
    return [text for text in reading.problems["what"] if "about an authority or the country" not in text]


# Rows as published


def test_the_published_files_are_read_whole(official: Path, one: One) -> None:
    reading = england.read(official)
    counts = reading.figures.group_by("year", "phase").agg(pl.col("school").n_unique()).sort("year", "phase")
    assert counts.rows() == [(2019, "all", 8), (2019, "secondary", 8), (2023, "all", 8)]
    # Abraham Moss, by hand from the file.
    assert one(reading.figures, "105560", "attainment8") == (41.5, None)
    assert one(reading.figures, "105560", "english_maths_5") == (26.4, None)
    assert one(reading.figures, "105560", "progress8") == (-0.09, None)
    assert set(reading.figures["release"]) == {
        "DfE performance tables, key stage 4, provisional, 2018/19",
        "DfE school census, 2018/19",
        "DfE school census, 2022/23",
        "DfE pupil absence, 2018/19",
        "DfE pupil absence, 2022/23",
    }
    progress = reading.figures.filter(variable="progress8", school="105560")
    assert progress["cohort"].to_list() == [232.0]


def test_codes_say_why_there_is_no_number(official: Path, one: One) -> None:
    figures = england.read(official / "2018-2019").figures
    assert one(figures, "105278", "attainment8") == (None, "no entries")
    assert one(figures, "105601", "attainment8") == (None, "not applicable")
    low = "low coverage, too few pupils with prior attainment"
    assert one(figures, "140966", "progress8") == (None, low)


def test_authority_and_national_rows_are_set_aside(official: Path) -> None:
    reading = england.read(official / "2018-2019")
    assert reading.schools["school"].str.contains(r"^\d{6}$").all()
    aside = reading.problems.filter(pl.col("what").str.contains("about an authority or the country"))
    assert aside.sort("file")["what"].str.extract(r"(\d+)").to_list() == ["3", "3", "3"]
    assert aside["left_out"].sum() == 0


def test_schools_have_kind_authority_and_region(official: Path) -> None:
    schools = england.read(official / "2018-2019").schools
    found = {row["school"]: row for row in schools.rows(named=True)}
    assert found["105278"]["kind"] == "special"  # RECTYPE 2
    assert found["100003"]["kind"] == "independent"
    assert found["140703"]["kind"] == "mainstream"
    assert (found["105560"]["authority"], found["105560"]["region"]) == ("Manchester", "North West B")


def test_record_type_2_is_a_special_school_whatever_its_type_says(write: Write) -> None:
    reading = england.read(write(KS4, ks4(school(RECTYPE="2", NFTYPE="CY"))))
    assert reading.schools["kind"].to_list() == ["special"]


def test_links_are_read_with_direction_kind_and_date(official: Path) -> None:
    reading = england.read(official / "gias")
    links = reading.links.select("school", "linked", "link", "kind", "date").rows()
    assert ("100012", "100021", "successor", "merged", datetime.date(2021, 8, 31)) in links
    assert ("100071", "100068", "predecessor", "amalgamated", datetime.date(2021, 9, 1)) in links
    assert ("100016", "132245", "successor", "one-to-one", None) in links
    assert len(links) == 14
    assert said(reading) == ["4 links of another kind than predecessor or successor."]


# The year


def test_the_year_comes_from_the_folder_or_the_caller_or_is_asked_for(write: Write) -> None:
    assert set(england.read(write(KS4, ks4(school()))).figures["year"]) == {2019}
    bare = write("bare/england_ks4final.csv", ks4(school()))
    assert set(england.read(bare, year=2019).figures["year"]) == {2019}
    with pytest.raises(SaidToPeople, match="Of which school year is this file"):
        england.read(bare)


def test_the_year_of_the_call_is_only_for_files_that_do_not_say(write: Write) -> None:
    write(KS4, ks4(school()))
    folder = write(
        "england_abs.csv", "LA,ESTAB,URN,PERCTOT,PPERSABS10\n202,4104,100053,5,9\nNAT,SEC,,5,9\n"
    ).parent
    years = england.read(folder, year=2018).figures.select("variable", "year").unique().sort("variable")
    assert ("absence", 2018) in years.rows()
    assert ("attainment8", 2019) in years.rows()


# Bad input


def test_urns_with_a_decimal_point_and_spaces_are_the_same_school(write: Write) -> None:
    reading = england.read(write(KS4, ks4(school("100053.0"), school(" 100054 "))))
    assert reading.schools["school"].to_list() == ["100053", "100054"]


def test_percent_strings_and_fractions_are_told_apart_by_column(write: Write, one: One) -> None:
    rows = [school(PTL2BASICS_95="0.41"), school("100054", PTL2BASICS_95="0.53", PTEBACC_E_PTQ_EE="0.4%")]
    footer = "5,,,,,,500000,46.7,-0.03,64.9%,0.434,4.07,40.0%"
    reading = england.read(write(KS4, ks4(*rows, footer=footer)))
    assert one(reading.figures, "100053", "english_maths_5") == (41.0, None)
    assert one(reading.figures, "100053", "english_maths_4") == (63.0, None)
    assert one(reading.figures, "100054", "ebacc_entry") == (0.4, None)
    assert said(reading) == ["The column is a percentage, printed as fractions from 0 to 1: 2 numbers."]


def test_figures_outside_their_measure_are_left_out(write: Write, one: One) -> None:
    reading = england.read(write(KS4, ks4(school(ATT8SCR="481", PTL2BASICS_94="163%"))))
    assert one(reading.figures, "100053", "attainment8") == (None, "outside 0 to 90")
    assert one(reading.figures, "100053", "english_maths_4") == (None, "outside 0 to 100")
    assert reading.problems["left_out"].sum() == 2
    place = reading.problems.filter(pl.col("left_out") > 0).select("file", "row", "column", "school").row(0)
    assert place == (KS4, 1, "ATT8SCR", "100053")


def test_a_file_without_its_national_row_may_have_been_cut_off(write: Write) -> None:
    whole = ks4(school(), school("100054"))
    cut = england.read(write(KS4, whole[: whole.rindex("48.1")]))
    assert said(cut) == [
        "The row has 8 cells and the header has 13.",
        "There is no national row, which this publication has at its end.",
    ]
    assert cut.schools.height == 2


def test_a_renamed_column_is_missed_and_the_similar_one_named(write: Write) -> None:
    reading = england.read(write(KS4, ks4(school(), header=HEADER.replace("EBACCAPS", "EBACC_APS"))))
    assert said(reading) == [
        "The column EBACCAPS (ebacc_score) is expected in 2019 and is missing. Similar is there: EBACC_APS."
    ]
    assert reading.problems.filter(column="EBACCAPS")["left_out"].to_list() == [1]
    assert "ebacc_score" not in reading.figures["variable"]


def test_a_column_that_this_vintage_did_not_have_is_not_missed(write: Write) -> None:
    header = "RECTYPE,LEA,URN,SCHNAME,TPUP,KS2APS,PTAC5EM_PTQ,PTL2BASICS_PTQ,PTEBACC_E_PTQ,PTFSMCLA,PSENSE4"
    row = "1,202,100053,Acland Burghley School,180,28.5,61%,63%,20%,35%,4%"
    text = f"{header}\n{row}\n5,,,,,,55%,58%,38%,26%,4%\n"
    reading = england.read(write("2013-2014/england_ks4.csv", text))
    assert said(reading) == []
    values = dict(reading.figures.select("variable", "value").rows())
    # Before 2015 the column PSENSE4 means another thing, and is not read.
    assert values == {
        "prior": 28.5,
        "five_ac_english_maths": 61.0,
        "english_maths_c": 63.0,
        "ebacc_entry": 20.0,
        "disadvantaged": 35.0,
    }


def test_a_year_twice_with_other_numbers_keeps_the_final_ones(write: Write, one: One) -> None:
    write("2018-2019/england_ks4provisional.csv", ks4(school(ATT8SCR="47.0")))
    reading = england.read(write(KS4, ks4(school())).parents[1])
    assert one(reading.figures, "100053", "attainment8") == (48.1, None)
    assert (
        "attainment8 2019 is given twice with other numbers, here and in DfE performance tables, "
        "key stage 4, final, 2018/19, for 1 school (the first: 48.1 and 47)." in said(reading)
    )


def test_of_two_files_with_no_status_the_fuller_is_believed(write: Write, one: One) -> None:
    write("2018-2019/a.csv", ks4(school(ATT8SCR="47.0")))
    text = ks4(school() + ",20%", header=HEADER + ",PTPRIORLO", footer=COUNTRY + ",20%")
    reading = england.read(write("2018-2019/b.csv", text).parent)
    assert one(reading.figures, "100053", "attainment8") == (48.1, None)


def test_a_download_is_read_as_the_zip_it_is(write: Write, one: One) -> None:
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr(KS4, ks4(school()))
    reading = england.read(write("Performancetables_2019.zip", inside.getvalue()))
    assert one(reading.figures, "100053", "attainment8", 2019) == (48.1, None)


def test_a_school_year_twice_in_one_file_is_kept_once(write: Write) -> None:
    reading = england.read(write(KS4, ks4(school(), school(), school(ATT8SCR="50"))))
    assert reading.figures.filter(variable="attainment8")["value"].to_list() == [48.1]
    assert any("twice with other numbers, in the same file" in text for text in said(reading))


def test_empty_rows_at_the_end_are_passed_over(write: Write) -> None:
    reading = england.read(write(KS4, ks4(school()) + ",,,,,,,,,,,,\n" * 3))
    assert said(reading) == ["3 rows without any cell filled."]


def test_wrong_files_are_said_together_and_the_rest_is_read(write: Write) -> None:
    write("a.csv", "Date,Amount,Payee\n1,2,3\n")
    write("b.csv", HEADER.replace("URN", "SCHOOL_URN") + "\n" + school() + "\n")
    write("c.csv", "URN,RECTYPE,LEA,TALLPPE_ALEV_1618\n100053,1,202,33\n")
    write("d.csv", "<html>")
    write("ks4_meta.csv", "Column,Metafile heading,Metafile description\n1,RECTYPE,Record type\n")
    reading = england.read(write(KS4, ks4(school())).parents[1])
    assert reading.schools.height == 1
    assert sorted(said(reading)) == [
        "It looks like performance tables, key stage 4, but the column URN is missing.",
        "This is none of the official files that are read; it begins with DATE, AMOUNT, PAYEE.",
        "This is performance tables of ages 16 to 18 (key stage 5); nothing in it is used.",
        "this is not a table: it looks like a web page (the download may have failed and saved the page "
        "instead).",
    ]


def test_nothing_usable_is_refused_in_one_sentence(write: Write) -> None:
    for name in "abcd":
        write(f"{name}.csv", f"Date,Amount,Payee\n1,2,{name}\n")
    folder = write("e.csv", "Date,Amount,Payee\n1,2,3\n").parent
    with pytest.raises(SaidToPeople, match=r"no official file could be used \(a.csv: .*; and 2 more\)"):
        england.read(folder)


def test_only_codes_and_descriptions_are_refused_too(official: Path) -> None:
    with pytest.raises(SaidToPeople, match="only codes and descriptions"):
        england.read(official / "2018-2019" / "la_and_region_codes_meta.csv")


# Other publications, made by the tests from the published column names


def test_key_stage_2_is_read(write: Write) -> None:
    header = (
        "RECTYPE,LEA,URN,SCHNAME,TELIG,PTRWM_EXP,PTRWM_HIGH,READ_AVERAGE,MAT_AVERAGE,READPROG,WRITPROG,MATPROG,"
        "PTFSM6CLA1A,PTEALGRP2,PTKS1GROUP_L,PTMOBN,PSENELK,PSENELE"
    )
    row = "1,352,105400,Abbott Primary School,30,65%,8%,105,104,1.2,NA,LOWCOV,40%,50%,10%,95%,12%,3%"
    text = f"{header}\n{row}\n3,352,,,,60%\n4,,,,,65%,11%,104,105,,,,,,,,,\n"
    figures = england.read(write("2018-2019/england_ks2final.csv", text)).figures
    assert set(figures["phase"]) == {"primary"}
    assert set(figures["cohort"]) == {30.0}
    values = {row[0]: row[1] or row[2] for row in figures.select("variable", "value", "missing").rows()}
    assert values == {
        "rwm_expected": 65.0, "rwm_higher": 8.0, "reading_score": 105.0, "maths_score": 104.0,
        "reading_progress": 1.2, "writing_progress": "not applicable",
        "maths_progress": "low coverage, too few pupils with prior attainment",
        "disadvantaged": 40.0, "eal": 50.0, "prior_low": 10.0, "stability": 95.0, "sen_support": 12.0,
        "ehcp": 3.0,
    }  # fmt: skip


def test_key_stage_2_of_2011_is_read(write: Write, one: One) -> None:
    text = "RECTYPE,LEA,URN,SCHNAME,TELIG,PTENGMATX\n1,352,105400,Abbott,30,72%\n5,,,,,74%\n"
    figures = england.read(write("2010-2011/england_ks2.csv", text)).figures
    assert one(figures, "105400", "level4_english_maths") == (72.0, None)


def test_a_gap_is_read_from_both_groups(write: Write, one: One) -> None:
    more = (
        ",ATT8SCR_FSM6CLA1A,P8MEA_FSM6CLA1A,TFSM6CLA1A,ATT8SCR_NFSM6CLA1A,KS2ASS,PTPRIORLO,PTPRIORHI,PTNMOB"
    )
    text = ks4(
        school() + ",39.5,SUPP,50,52.0,104.2,20%,30%,92%", header=HEADER + more, footer=COUNTRY + "," * 8
    )
    figures = england.read(write("2022-2023/england_ks4final.csv", text)).figures
    assert one(figures, "100053", "attainment8_disadvantaged") == (39.5, None)
    assert one(figures, "100053", "progress8_disadvantaged") == (None, "suppressed, too few pupils")
    assert one(figures, "100053", "attainment8_other") == (52.0, None)
    assert one(figures, "100053", "prior") == (104.2, None)
    assert figures.filter(variable="attainment8_disadvantaged")["cohort"].to_list() == [50.0]


def test_explore_education_statistics_key_stage_4_has_years_in_its_rows(write: Write, one: One) -> None:
    header = (
        "time_period,geographic_level,old_la_code,la_name,school_urn,school_name,breakdown_topic,breakdown,pupil_count,"
        "attainment8_average,progress8_average,engmath_95_percent"
    )
    lines = [
        header,
        "202425,School,352,Manchester,105560,Abraham Moss,Total,Total,240,42.5,z,31.2",
        "202425,School,352,Manchester,105560,Abraham Moss,Disadvantage status,Disadvantaged,120,38.0,z,c",
        "202425,School,352,Manchester,105560,Abraham Moss,Sex,Boys,120,99,z,99",
        "202324,School,352,Manchester,105560,Abraham Moss,Total,Total,238,41.0,-0.1,30.0",
        "202425,National,,,,,Total,Total,600000,46.1,z,45.4",
    ]
    reading = england.read(write("performance_tables_schools.csv", "\n".join(lines) + "\n"))
    assert one(reading.figures, "105560", "attainment8", 2025) == (42.5, None)
    assert one(reading.figures, "105560", "attainment8", 2024) == (41.0, None)
    assert one(reading.figures, "105560", "progress8", 2025) == (None, "not applicable")
    assert one(reading.figures, "105560", "attainment8_disadvantaged", 2025) == (38.0, None)
    assert reading.schools["authority"].to_list() == ["Manchester"]
    assert 99.0 not in reading.figures["value"]


def test_explore_education_statistics_key_stage_2_has_a_row_for_each_subject(write: Write, one: One) -> None:
    header = (
        "time_period,geographic_level,school_urn,school_name,breakdown_topic,breakdown,subject,eligible_pupil_count,"
        "expected_standard_pupil_percent,higher_standard_pupil_percent,average_scaled_score"
    )
    start = "202324,School,105400,Abbott,All pupils,Total"
    lines = [
        header,
        f'{start},"Reading, writing and maths",30,63,7,z',
        f"{start},Reading,30,75,20,105",
        f"{start},Maths,30,70,21,104",
    ]
    figures = england.read(write("ks2_school_attainment.csv", "\n".join(lines) + "\n")).figures
    assert one(figures, "105400", "rwm_expected") == (63.0, None)
    assert one(figures, "105400", "rwm_higher") == (7.0, None)
    assert one(figures, "105400", "reading_score") == (105.0, None)
    assert one(figures, "105400", "maths_score") == (104.0, None)
    assert set(figures["year"]) == {2024}


def test_establishments_give_places_dates_and_names(write: Write) -> None:
    header = (
        '"URN","LA (code)","LA (name)","EstablishmentName","TypeOfEstablishment (name)","OpenDate",'
        '"CloseDate","Gender (name)","AdmissionsPolicy (name)","GOR (name)","Easting","Northing"'
    )
    lines = [
        header,
        '"105560","352","Manchester","Abraham Moss","Community school","","","Mixed","Non-selective",'
        '"North West","384000","401000"',
        '"105278","350","Bolton","Firwood","Community special school","01-09-2001","31/08/2020","Mixed","",'
        '"North West","0","0"',
        '"400001","660","Anglesey","Ysgol Un","Welsh establishment","","","Mixed","","","230000","380000"',
        '"106000","353","Oldham","Odd","Something new","2001-09-01","","Girls","Selective",'
        '"North West","",""',
    ]
    text = "\r\n".join(lines).encode("latin-1")
    schools = england.read(write("edubasealldata20250422.csv", text)).schools
    found = {row["school"]: row for row in schools.rows(named=True)}
    assert set(found) == {"105560", "105278", "106000"}
    moss, firwood, odd = found["105560"], found["105278"], found["106000"]
    assert (moss["easting"], moss["northing"]) == (384000.0, 401000.0)
    assert (moss["admissions"], moss["gender"], moss["kind"]) == ("non-selective", "mixed", "mainstream")
    assert (firwood["easting"], firwood["northing"], firwood["kind"]) == (None, None, "special")
    assert firwood["opened"] == odd["opened"] == datetime.date(2001, 9, 1)
    assert firwood["closed"] == datetime.date(2020, 8, 31)
    assert (odd["kind"], odd["admissions"], odd["gender"]) == (None, "selective", "girls")


def test_the_school_information_file_gives_facts(write: Write) -> None:
    header = "URN,LANAME,LA,ESTAB,SCHNAME,OPENDATE,CLOSEDATE,MINORGROUP,SCHOOLTYPE,GENDER,ADMPOL"
    row = "136807,Camden,202,4000,UCL Academy,01-09-2012,,Academy,Academy sponsor led,Mixed,Non-selective"
    schools = england.read(write("england_school_information.csv", f"{header}\n{row}\n")).schools
    facts = schools.select("name", "authority", "authority_code", "kind", "type", "admissions", "opened")
    assert facts.rows() == [
        (
            "UCL Academy", "Camden", "202", "mainstream", "Academy sponsor led", "non-selective",
            datetime.date(2012, 9, 1),
        )
    ]  # fmt: skip


def test_facts_come_from_the_establishments_before_the_results(write: Write) -> None:
    write(KS4, ks4(school()))
    text = '"URN","LA (code)","LA (name)","EstablishmentName"\n"100053","202","Camden","Acland Burghley"\n'
    folder = write("edubasealldata20250422.csv", text).parent
    (row,) = england.read(folder).schools.rows(named=True)
    assert (row["name"], row["authority"], row["type"]) == ("Acland Burghley", "Camden", "CY")


def test_links_of_other_kinds_are_counted(write: Write) -> None:
    lines = [
        "URN,LinkURN,LinkType",
        "1001,1002,Predecessor - Split School",
        "1003,1004,Successor - taken over",
        "1005,1006,Expansion",
    ]
    reading = england.read(write("links_edubasealldata20250422.csv", "\n".join(lines)))
    assert reading.links.select("link", "kind").rows() == [("predecessor", "split"), ("successor", "other")]
    assert said(reading) == ["1 link of another kind than predecessor or successor."]
