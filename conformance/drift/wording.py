"""What a line says, freed of what does not count: script, case, white space, punctuation. Digests and sketches of it."""

import hashlib
import re
import unicodedata
from functools import cache
from typing import Final

from opencc import OpenCC

WIDTH: Final = 256
# Words that the editions of one page have for one thing, in Taiwan, Hong Kong and on the mainland; the first stands for all.
SYNONYMS: Final = (
    "文件 档案 文档",
    "查询 查找 检索",
    "获取 撷取 截取",
    "信息 资讯",
    "数据 资料",
    "变量 变数",
    "设置 设定",
    "运行 执行",
    "默认 预设 缺省",
    "接口 介面 界面",
    "示例 样本 范例 样例",
    "响应 回应",
    "字节 位元组",
    "字符串 字串",
    "字符 字元",
    "对象 物件",
    "账号 帐号 帐户 账户",
    "用户 使用者",
    "代码 程式码",
    "程序 程式",
    "支持 支援",
    "服务器 伺服器",
    "客户端 用户端",
    "创建 建立",
    "列表 清单",
    "字段 栏位",
    "调用 呼叫",
    "密钥 密匙 金钥",
    "时间戳 时间戳记",
    "通过 透过",
    "存储 储存 保存",
    "网络 网路",
    "共享 共用",
    "标识符 识别字 识别符",
    "分析 剖析",
    "有效期 有效期间 有效期限",
    "地域 地区 区域",
    "场景 情境",
    "么 幺",
    "登录 登入",
    "软件 软体",
    "链接 连结",
    "类型 型别",
    "参数 引数",
    "兼容 相容",
    "文本 文字",
    "消息 讯息",
    "打印 列印",
    "查看 检视",
    "添加 新增",
    "数组 阵列",
    "交互 互动",
    "文件名 档名 文件名称",
)
QUOTES: Final = str.maketrans("“”„‟«»「」『』‘’‚′″", '""""""""""\'\'\'\'\'')
INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]")
CJK: Final = re.compile("[\u3400-\u9fff]")
KANA: Final = re.compile("[\u3041-\u30ff]")
THOUSANDS: Final = re.compile(r"(?<![\[\d.,])(\d{1,3}(?:,\d{3})+)(?![\d\]])")
ENGLISH: Final = re.compile(r"\b(?:the|of|to|and|is|for|in|you|a)\b", re.IGNORECASE)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _folding() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = [row.split() for row in SYNONYMS]
    first = {other: row[0] for row in rows for other in row[1:]}
    return re.compile("|".join(sorted(first, key=len, reverse=True))), first


@cache
def plain(text: str) -> str:
    """Fold widths, quotes and invisible characters, and write Chinese in its simplified form."""
    folded = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(QUOTES)
    if CJK.search(folded):
        pattern, first = _folding()
        folded = pattern.sub(lambda found: first[found[0]], _converter().convert(folded))
    return THOUSANDS.sub(lambda found: found[1].replace(",", ""), folded)


@cache
def normal(text: str) -> str:
    """Give what counts of a line; empty where nothing does.

    Punctuation counts only where it joins letters and digits, as in a name, a host or a time.
    """
    folded = plain(text).casefold()
    kept = []
    for place, char in enumerate(folded):
        if char.isalnum() or (_joins(folded, place) and not char.isspace()):
            kept.append(char)
    return "".join(kept)


def _joins(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def digest(text: str, nth: int = 1) -> str:
    """Fingerprint a line by what it says; `nth` tells it from earlier lines that say the same."""
    said = normal(text) if nth == 1 else f"{normal(text)}\n{nth}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def sketch(text: str) -> int:
    """Give a bit for each pair of neighbouring characters, so that rewordings can be told from other lines."""
    said = f"^{normal(text)}$"
    bits = 0
    for place in range(len(said) - 1):
        pair = hashlib.blake2b(said[place : place + 2].encode(), digest_size=2).digest()
        bits |= 1 << int.from_bytes(pair, "big") % WIDTH
    return bits


def alike(one: int, other: int) -> float:
    """Say how much two sketches share, from 0 to 1."""
    return (one & other).bit_count() / ((one | other).bit_count() or 1)


def within(part: int, whole: int) -> float:
    """Say how much of one sketch is in another, from 0 to 1."""
    return (part & whole).bit_count() / (part.bit_count() or 1)


def language(text: str) -> str:
    """Tell in which language a page is written: zh, en, or nothing that we read."""
    chinese, kana = len(CJK.findall(text)), len(KANA.findall(text))
    if kana > max(20, chinese / 10):
        return ""
    letters = sum(char.isascii() and char.isalpha() for char in text)
    if chinese * 25 > letters:
        return "zh"
    return "en" if len(ENGLISH.findall(text)) * 40 > len(text.split()) else ""
