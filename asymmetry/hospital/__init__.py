"""Measurements for a hospital's systems: HL7 FHIR R4, and DICOM structured reports (extra ``dicom``)."""

from __future__ import annotations

from asymmetry.hospital.fhir import make_fhir, write_fhir
from asymmetry.hospital.structured_report import make_dicom_sr, write_dicom_sr

__all__ = ["make_dicom_sr", "make_fhir", "write_dicom_sr", "write_fhir"]
