"""What can go wrong with exports and what runs on them; the ledger itself is untouched by any of it.

LedgerError
├── EngineMissing    DuckDB, Arrow, Spark or Java is not installed
├── InputRejected    EXPORT_MISSING, EXPORT_FOREIGN, EXPORT_MANIFEST_INVALID, EXPORT_DAMAGED, EXPORT_RUNNING
├── EngineFailed     the engine could not read the files or not finish
└── ChainBroken      the ledger, or an export of it, is not what was written
"""

from ledger.errors import InputRejected, LedgerError


class EngineMissing(LedgerError):
    """Something that only batch analysis needs is not there."""

    code = "ENGINE_MISSING"

    def __init__(self, missing: str, remedy_en: str, remedy_zh: str) -> None:
        """`missing` is a package or a program; the remedy says how to get it."""
        super().__init__(
            f"{missing} is not installed: {remedy_en}",
            f"未安装 {missing}：{remedy_zh}",
            missing=missing,
        )


class EngineFailed(LedgerError):
    """DuckDB or Spark gave up: a file it cannot read, no room left, no Java."""

    code = "ENGINE_FAILED"

    def __init__(self, engine: str, said: str) -> None:
        """`said` are the engine's own words, of which the first line is kept, without any stack's."""
        lines = [
            line for line in said.splitlines() if line.strip() and not line.startswith((" ", "\t", "Trace"))
        ]
        shown = lines[:2] if lines and lines[0].endswith(":") else lines[:1]
        reason = " ".join(shown)[:300] or "no reason given"
        super().__init__(
            f"{engine} could not do it: {reason}; whether the files are whole is told by: "
            "ipledger export audit DIR",
            f"{engine} 未能完成：{reason}；文件是否完好，可运行：ipledger export audit DIR",
            engine=engine,
            reason=reason,
        )


def no_export(folder: str) -> InputRejected:
    """There is no manifest in `folder`."""
    return InputRejected(
        "EXPORT_MISSING",
        f"{folder} holds no export; make one with: ipledger export parquet {folder}",
        f"{folder} 中没有导出文件；请先运行：ipledger export parquet {folder}",
        folder=folder,
    )


def invalid_manifest(folder: str, reason: str) -> InputRejected:
    """The manifest in `folder` cannot be read."""
    return InputRejected(
        "EXPORT_MANIFEST_INVALID",
        f"the manifest in {folder} is not one of an export ({reason}); export into an empty folder",
        f"{folder} 中的清单不是有效的导出清单（{reason}）；请导出到空目录",
        folder=folder,
        reason=reason,
    )


def foreign_folder(folder: str, found: str) -> InputRejected:
    """`folder` is somebody else's: another ledger's export, or no export at all."""
    return InputRejected(
        "EXPORT_FOREIGN",
        f"{folder} holds something else ({found}); export into a folder of its own",
        f"{folder} 中已有其他内容（{found}）；请导出到单独的目录",
        folder=folder,
        found=found,
    )


def damaged_export(file: str) -> InputRejected:
    """A part that the manifest lists is not there as it was written."""
    return InputRejected(
        "EXPORT_DAMAGED",
        f"{file} is missing or of another size than was written; put it back, or export into an empty folder",
        f"{file} 缺失或大小与写入时不符；请恢复该文件，或导出到空目录",
        file=file,
    )


def export_running(folder: str) -> InputRejected:
    """Another process exports into `folder`."""
    return InputRejected(
        "EXPORT_RUNNING",
        f"another process exports into {folder}; let it finish or stop it",
        f"另一进程正在向 {folder} 导出；请等待其完成或将其停止",
        folder=folder,
    )
