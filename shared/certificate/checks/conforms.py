"""conforms.py FILE: what each validator makes of a PDF, a line each; `accepted`, or `refused` with what it found. Exit 0 if all accept."""

import json
import subprocess
import sys
from pathlib import Path

import page


def page_validation(file: str, profile: page.ValidationProfile) -> list[str]:
    report = page.validate_pdf(file, profile=profile)
    found = [failure.message for failure in report.failures]
    return found or ([] if report.is_compliant else ["refused without a reason"])


def outloud(file: str) -> list[str]:
    program = Path(sys.executable).with_name("outloud")
    ran = subprocess.run([program, "--layer", "conformance", "--json", "-", file], capture_output=True, text=True)
    # Other than 0 and 1: it did not run at all.
    if ran.returncode not in (0, 1):
        raise SystemExit(ran.stderr)
    findings = json.loads(ran.stdout)["results"][0]["findings"]
    return [finding["message"] for finding in findings if finding["severity"] == "error"]


def main(file: str) -> int:
    found = {
        "page-validation PDF/UA-1": page_validation(file, page.ValidationProfile.PDF_UA_1),
        "page-validation PDF/A-2a": page_validation(file, page.ValidationProfile.PDF_A_2A),
        "outloud PDF/UA-1": outloud(file),
    }
    for validator, messages in found.items():
        print(f"{validator}: refused: {'; '.join(messages)}" if messages else f"{validator}: accepted")
    return 1 if any(found.values()) else 0


sys.exit(main(sys.argv[1]))
