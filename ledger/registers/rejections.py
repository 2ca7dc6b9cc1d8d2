"""The reasons a file or record cannot be read, each with its stable code and both messages.

| code | meaning |
|---|---|
| FILE_UNREADABLE | the operating system does not hand the file over |
| FILE_NOT_ORDINARY | a pipe or device: nothing that can be read twice |
| FILE_COMPRESSED | an archive around the file |
| FILE_EMPTY | nothing in it |
| FILE_TOO_LARGE | a format that must be read whole, beyond what is read whole |
| FILE_NOT_XML, FILE_NOT_JSON, FILE_NOT_CSV | not what the reader reads |
| FILE_TYPE_UNKNOWN | well-formed, but no format this reader knows |
| FILE_TRUNCATED | it ends before it should; what stood before is imported |
| ENCODING_INVALID | bytes that are not text in the encoding declared |
| RECORD_MALFORMED | one record is broken; the others are imported |
| DATE_INVALID, NUMBER_MISSING, NUMBER_INVALID | one record lacks what makes it a record |
"""

from typing import Final

from ledger.registers.reports import Rejection

WHOLE_FILE: Final = "file"
_SHOWN: Final = 120


def file_unreadable(error: OSError | ValueError) -> Rejection:
    """`error` is the operating system's own, or says that no file can have that name."""
    reason = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    return Rejection(
        WHOLE_FILE,
        "FILE_UNREADABLE",
        f"the file cannot be opened ({reason}); check its path and permissions",
        f"文件无法打开（{reason}）；请检查路径与权限",
    )


def file_not_ordinary() -> Rejection:
    """A pipe, a socket, a device."""
    return Rejection(
        WHOLE_FILE,
        "FILE_NOT_ORDINARY",
        "this is no ordinary file and cannot be read twice; save what it yields in a file and import that",
        "这不是普通文件，无法重复读取；请先将其内容保存为文件再导入",
    )


def file_compressed(form: str) -> Rejection:
    """`form` names the archive's format."""
    return Rejection(
        WHOLE_FILE,
        "FILE_COMPRESSED",
        f"the file is compressed ({form}); unpack it and import what is inside",
        f"文件经过压缩（{form}）；请解压后导入其中的文件",
    )


def file_empty() -> Rejection:
    """No byte but white space."""
    return Rejection(
        WHOLE_FILE,
        "FILE_EMPTY",
        "the file is empty; fetch it again from the register",
        "文件为空；请重新从登记机构获取",
    )


def file_too_large(size: int, limit: int) -> Rejection:
    """`size` and `limit` in bytes."""
    return Rejection(
        WHOLE_FILE,
        "FILE_TOO_LARGE",
        f"the file has {size} bytes and this format is read whole, at most {limit} bytes; split it",
        f"文件大小为 {size} 字节，该格式须整体读取，上限 {limit} 字节；请拆分后再导入",
    )


def file_not_xml(detail: str) -> Rejection:
    """`detail` says what was found in place of XML."""
    return Rejection(
        WHOLE_FILE,
        "FILE_NOT_XML",
        f"the file is not XML: {detail}; import the file as the register published it",
        f"文件不是 XML（{_zh(detail)}）；请导入登记机构发布的原始文件",
    )


def file_not_json(detail: str) -> Rejection:
    """`detail` is the parser's reason."""
    return Rejection(
        WHOLE_FILE,
        "FILE_NOT_JSON",
        f"the file is not JSON: {shown(detail)}; import the file as the register published it",
        f"文件不是 JSON（{shown(detail)}）；请导入登记机构发布的原始文件",
    )


def file_not_csv(header: str) -> Rejection:
    """`header` is the first line, where the names of columns should stand."""
    return Rejection(
        WHOLE_FILE,
        "FILE_NOT_CSV",
        f"the file is not a table: its first line is {shown(header)!r}; import the file as it was published",
        f"文件不是表格：首行为 {shown(header)!r}；请导入发布方提供的原始文件",
    )


def file_type_unknown(found: str, expected: str) -> Rejection:
    """`found` is what the file begins with, `expected` names the formats read."""
    return Rejection(
        WHOLE_FILE,
        "FILE_TYPE_UNKNOWN",
        f"the file is {shown(found)}; this reader takes {expected}",
        f"文件为 {shown(_zh(found))}；本读取器只接受：{_zh(expected)}",
    )


def file_truncated(where: str, detail: str) -> Rejection:
    """`detail` names what is open at the end."""
    return Rejection(
        where,
        "FILE_TRUNCATED",
        f"the file ends inside {shown(detail)}; what stood before it is imported, fetch the file again",
        f"文件在 {shown(detail)} 处中断；此前的记录已导入，请重新获取文件",
    )


def encoding_invalid(where: str, detail: str) -> Rejection:
    """`detail` names the encoding and the offence."""
    return Rejection(
        where,
        "ENCODING_INVALID",
        f"the bytes are not text as declared: {shown(detail)}; convert the file to UTF-8",
        f"字节与声明的编码不符（{shown(_zh(detail))}）；请将文件转换为 UTF-8",
    )


def record_malformed(where: str, detail: str) -> Rejection:
    """`detail` says what is broken."""
    return Rejection(
        where,
        "RECORD_MALFORMED",
        f"the record is broken: {shown(detail)}; the others are imported, ask the register for this one",
        f"记录已损坏（{shown(_zh(detail))}）；其余记录已导入，请向登记机构索取该记录",
    )


def date_invalid(where: str, field: str, text: str) -> Rejection:
    """`field` is the register's name for it, `text` what stands there."""
    return Rejection(
        where,
        "DATE_INVALID",
        f"{field} is {shown(text)!r}, which is no day of the calendar; compare the record with the register",
        f"{_zh(field)}为 {shown(text)!r}，不是有效日期；请与登记簿核对",
    )


def number_missing(where: str, what: str) -> Rejection:
    """`what` names the number without which the record is about nothing."""
    return Rejection(
        where,
        "NUMBER_MISSING",
        f"the record states no {what}; nothing can be recorded without it",
        f"记录缺少{_zh(what)},无法登入",
    )


def number_invalid(where: str, what: str, text: str) -> Rejection:
    """`text` is what stands where the number should."""
    return Rejection(
        where,
        "NUMBER_INVALID",
        f"{shown(text)!r} is no {what}; compare the record with the register",
        f"{shown(text)!r} 不是有效的{_zh(what)}；请与登记簿核对",
    )


_CHINESE: Final = {
    "reel and frame": "卷号与帧号",
    "application, patent or publication number": "申请号、专利号或公布号",
    "recording date": "登记日期",
    "application number": "申请号",
    "Chinese application number": "中国申请号",
    "Chinese application or publication number": "中国申请号或公布号",
    "publication date": "公布日期",
    "event code (PRSCode)": "事件代码（PRSCode）",
    "patent_id": "专利号（patent_id）",
    "no root element at its beginning": "开头没有根元素",
    "a response without results": "没有结果的检索应答",
    "the results of a USPTO assignment search": "USPTO 转让检索结果",
    "JSON of another kind": "其他种类的 JSON",
    "Open Data Portal JSON with an assignmentBag": "含 assignmentBag 的 Open Data Portal JSON",
    "the assignment is not an object": "转让记录不是对象",
    "two or four bytes to a character (UTF-16 or UTF-32)": "每字符两或四字节（UTF-16 或 UTF-32）",
}
"""Chinese for what the readers name; a parser's own words are quoted as they are."""


def _zh(english: str) -> str:
    return _CHINESE.get(english, english)


def shown(text: str) -> str:
    """What a message quotes from a file: printable, at most 120 signs."""
    printable = "".join(sign if sign.isprintable() else "�" for sign in text[: _SHOWN + 1])
    return printable if len(printable) <= _SHOWN else printable[: _SHOWN - 1] + "…"
