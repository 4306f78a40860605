"""The sentences of the rulebook's errors, in English and Thai, and its words for states and roles.

One table: a key stands here in every language or nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _both(english: str, thai: str) -> Mapping[str, str]:
    return MappingProxyType({"en": english, "th": thai})


SENTENCES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        # numbers and money
        "number_too_long": _both(
            "That number is too long. Write at most {limit} characters.",
            "ตัวเลขยาวเกินไป เขียนได้ไม่เกิน {limit} ตัวอักษร",
        ),
        "quantity_not_number": _both(
            "“{text}” is not a quantity. Write a whole number such as 2 or 1,000.",
            "“{text}” ไม่ใช่จำนวน กรุณาเขียนจำนวนเต็ม เช่น 2 หรือ 1,000",
        ),
        "quantity_out_of_range": _both(
            "A quantity is 1 to {limit}, and this is {quantity}. Write one in that range.",
            "จำนวนต้องอยู่ระหว่าง 1 ถึง {limit} แต่ได้รับ {quantity} กรุณาแก้จำนวน",
        ),
        "amount_not_number": _both(
            "“{text}” is not an amount. Write it like 1290, 1,290 or 1,290.50.",
            "“{text}” ไม่ใช่จำนวนเงิน กรุณาเขียน เช่น 1290, 1,290 หรือ 1,290.50",
        ),
        "amount_negative": _both(
            "An amount cannot be below zero, and “{text}” is. Write it without the minus.",
            "จำนวนเงินติดลบไม่ได้ แต่ “{text}” ติดลบ กรุณาเขียนโดยไม่มีเครื่องหมายลบ",
        ),
        "amount_decimals": _both(
            "{currency} has {decimals} decimals at most, and “{text}” has more. Round it first.",
            "สกุลเงิน {currency} มีทศนิยมได้ไม่เกิน {decimals} ตำแหน่ง แต่ “{text}” มีมากกว่า กรุณาปัดก่อน",
        ),
        "amount_foreign": _both(
            "“{text}” is not in {currency}, and this shop counts in {currency}. "
            "Write the amount in {currency}.",
            "“{text}” ไม่ใช่สกุลเงิน {currency} ที่ร้านใช้ กรุณาเขียนเป็น {currency}",
        ),
        "amount_too_large": _both(
            "That comes to more than {limit}, the most there can be. Check the price and quantity.",
            "ยอดเกิน {limit} ซึ่งเป็นจำนวนสูงสุด กรุณาตรวจราคาและจำนวน",
        ),
        "currency_unknown": _both(
            "The currency “{currency}” is not known here. Use one of: {known}.",
            "ไม่รู้จักสกุลเงิน “{currency}” ใช้ได้: {known}",
        ),
        "currencies_mixed": _both(
            "{left} and {right} cannot be reckoned together: an order has one currency. "
            "Use one of them.",
            "คิดเงิน {left} กับ {right} รวมกันไม่ได้ ออเดอร์หนึ่งใช้สกุลเงินเดียว กรุณาเลือกสกุลเดียว",
        ),
        # discounts, deposit, tax
        "percent_out_of_range": _both(
            "A percentage is 0 to 100 with at most two decimals, and this is “{text}”. "
            "Write it like 10%.",
            "เปอร์เซ็นต์ต้องอยู่ระหว่าง 0 ถึง 100 และมีทศนิยมไม่เกิน 2 ตำแหน่ง แต่ได้รับ “{text}” กรุณาเขียน เช่น 10%",
        ),
        "discount_above": _both(
            "The discount of {discount} is above the {base} it is taken from. "
            "Lower the discount or take it off.",
            "ส่วนลด {discount} มากกว่ายอด {base} ที่จะลด กรุณาลดส่วนลดลงหรือเอาออก",
        ),
        "deposit_above": _both(
            "The deposit of {deposit} is above the total of {total}. "
            "Lower the deposit or take it off.",
            "มัดจำ {deposit} มากกว่ายอดรวม {total} กรุณาลดมัดจำลงหรือเอาออก",
        ),
        # items and products
        "item_unnamed": _both(
            'An item needs a name. Write it in quotes, like "T-shirt" 1 @290.',
            'สินค้าต้องมีชื่อ กรุณาเขียนในเครื่องหมายคำพูด เช่น "เสื้อยืด" 1 @290',
        ),
        "text_too_long": _both(
            "The {what} is {length} characters long and {limit} are the most. Make it shorter.",
            "ข้อความ ({what}) ยาว {length} ตัวอักษร ยาวได้ไม่เกิน {limit} กรุณาย่อให้สั้นลง",
        ),
        "items_too_many": _both(
            "An order holds at most {limit} items, and this is one more. Open a second order.",
            "ออเดอร์หนึ่งมีได้ไม่เกิน {limit} รายการ กรุณาเปิดออเดอร์ใหม่สำหรับรายการที่เหลือ",
        ),
        "item_missing": _both(
            "{code} is not on this order, so nothing was changed. Look at /show for what is.",
            "ไม่มี {code} ในออเดอร์นี้ จึงไม่ได้แก้ไขอะไร ดูรายการด้วย /show",
        ),
        "item_several": _both(
            "{code} is on this order more than once: {variants}. Name the one you mean.",
            "มี {code} ในออเดอร์นี้มากกว่าหนึ่งรายการ: {variants} กรุณาระบุรายการที่ต้องการ",
        ),
        "option_missing": _both(
            "{code} needs an option of: {choices}. Write it like {code}/{first}.",
            "{code} ต้องเลือกตัวเลือก: {choices} กรุณาเขียน เช่น {code}/{first}",
        ),
        "option_unknown": _both(
            "{code} has no option “{option}”. It has: {choices}.",
            "{code} ไม่มีตัวเลือก “{option}” ตัวเลือกที่มี: {choices}",
        ),
        "option_none": _both(
            "{code} comes without options, and “{option}” was asked for. Write {code} alone.",
            "{code} ไม่มีตัวเลือก แต่ระบุ “{option}” มา กรุณาเขียน {code} อย่างเดียว",
        ),
        "option_twice": _both(
            "{code} takes one of {choices}, and “{option}” is a second one. Keep only one.",
            "{code} เลือกได้อย่างเดียวจาก {choices} แต่ “{option}” เป็นตัวที่สอง กรุณาเลือกอย่างเดียว",
        ),
        "product_inactive": _both(
            "{code} is not for sale now. Switch it on in Products, or choose another.",
            "{code} ปิดการขายอยู่ กรุณาเปิดขายในหน้าสินค้า หรือเลือกสินค้าอื่น",
        ),
        "stock_short": _both(
            "Only {left} of {code} are left, and {quantity} were asked for. Lower the quantity.",
            "{code} เหลือ {left} ชิ้น แต่ต้องการ {quantity} ชิ้น กรุณาลดจำนวน",
        ),
        "shipping_too_heavy": _both(
            "{way} takes up to {limit} g, and this order weighs {grams} g. "
            "Choose another way, or write the fee, like: ship {way} 80.",
            "{way} ส่งได้ไม่เกิน {limit} กรัม แต่ออเดอร์นี้หนัก {grams} กรัม "
            "กรุณาเลือกวิธีอื่น หรือเขียนค่าส่งเอง เช่น ส่ง {way} 80",
        ),
        "shipping_too_much": _both(
            "{way} has a fee for orders up to {limit}, and this one comes to {total}. "
            "Choose another way, or write the fee, like: ship {way} 80.",
            "{way} มีค่าส่งสำหรับออเดอร์ไม่เกิน {limit} แต่ออเดอร์นี้ยอด {total} "
            "กรุณาเลือกวิธีอื่น หรือเขียนค่าส่งเอง เช่น ส่ง {way} 80",
        ),
        "tiers_too_many": _both(
            "A way of sending has at most {limit} steps of fees. Take some out.",
            "วิธีส่งหนึ่งมีขั้นค่าส่งได้ไม่เกิน {limit} ขั้น กรุณาลดจำนวนขั้น",
        ),
        "tiers_not_rising": _both(
            "The steps of {way} must begin above zero and rise, each once. Put them in order.",
            "ขั้นค่าส่งของ {way} ต้องมากกว่าศูนย์ เรียงจากน้อยไปมาก และไม่ซ้ำกัน กรุณาเรียงใหม่",
        ),
        # the album
        "album_forbidden": _both(
            "The role {role} may not do that to the album. Ask: {roles}.",
            "บทบาท{role} ทำสิ่งนี้กับอัลบั้มสินค้าไม่ได้ กรุณาขอให้: {roles}",
        ),
        "code_signs": _both(
            "“{code}” is no product code. Write letters and digits, without {signs}.",
            "“{code}” ใช้เป็นรหัสสินค้าไม่ได้ กรุณาใช้ตัวอักษรและตัวเลข ไม่มี {signs}",
        ),
        "product_unnamed": _both(
            "{code} has no name. Give it one.",
            "{code} ยังไม่มีชื่อ กรุณาใส่ชื่อ",
        ),
        "language_code": _both(
            "“{language}” is no language. Write its two or three letters, like en or th.",
            "“{language}” ไม่ใช่รหัสภาษา กรุณาเขียนสองหรือสามตัวอักษร เช่น en หรือ th",
        ),
        "text_controls": _both(
            "The {what} holds signs that cannot be seen or kept. Type it anew.",
            "ข้อความ ({what}) มีอักขระที่มองไม่เห็นหรือเก็บไม่ได้ กรุณาพิมพ์ใหม่",
        ),
        "weight_out_of_range": _both(
            "A weight is 0 to {limit} g. Write whole grams.",
            "น้ำหนักต้องอยู่ระหว่าง 0 ถึง {limit} กรัม กรุณาเขียนเป็นกรัมเต็ม",
        ),
        "options_too_many": _both(
            "{code} has more than {groups} groups of options or {choices} choices in one. "
            "Make two products of it.",
            "{code} มีกลุ่มตัวเลือกเกิน {groups} กลุ่ม หรือเกิน {choices} ตัวเลือกในกลุ่มเดียว กรุณาแยกเป็นสองสินค้า",
        ),
        "options_empty": _both(
            "{code} has an empty option. Write each choice, or take it out.",
            "{code} มีตัวเลือกว่าง กรุณาเขียนให้ครบหรือเอาออก",
        ),
        "option_signs": _both(
            "The option “{option}” holds a sign that parts options: {signs}. Write it without.",
            "ตัวเลือก “{option}” มีเครื่องหมายที่ใช้คั่นตัวเลือก: {signs} กรุณาเขียนโดยไม่ใช้เครื่องหมายนี้",
        ),
        "options_twice": _both(
            "{code} has the option “{option}” twice. Each choice stands once in a product.",
            "{code} มีตัวเลือก “{option}” ซ้ำ แต่ละตัวเลือกมีได้ครั้งเดียวในสินค้าหนึ่ง",
        ),
        "variants_too_many": _both(
            "{code} has more than {limit} variants with a price or count of their own. "
            "Make two products of it.",
            "{code} มีแบบที่มีราคาหรือสต็อกของตัวเองเกิน {limit} แบบ กรุณาแยกเป็นสองสินค้า",
        ),
        "variant_twice": _both(
            "{code} has the same variant twice. Keep one.",
            "{code} มีแบบเดียวกันซ้ำ กรุณาเหลือไว้แบบเดียว",
        ),
        "phone_unreadable": _both(
            "That is not a phone number. Write 6 to 15 digits, like 0812345678.",
            "เบอร์โทรไม่ถูกต้อง กรุณาเขียนตัวเลข 6 ถึง 15 หลัก เช่น 0812345678",
        ),
        "tags_too_many": _both(
            "An order holds at most {limit} tags. Take one off first.",
            "ออเดอร์หนึ่งติดแท็กได้ไม่เกิน {limit} แท็ก กรุณาเอาออกก่อน",
        ),
        # moves
        "order_locked": _both(
            "Order {number} is {status}, so it cannot be edited. "
            "Only a draft or an unpaid order can.",
            "ออเดอร์ {number} อยู่ในสถานะ{status} จึงแก้ไขไม่ได้ แก้ได้เฉพาะร่างหรือรอชำระ",
        ),
        "move_illegal": _both(
            "An order that is {status} cannot do “{move}”. It can: {possible}.",
            "ออเดอร์ในสถานะ{status} ทำ “{move}” ไม่ได้ ทำได้: {possible}",
        ),
        "move_forbidden": _both(
            "The role {role} may not do “{move}” on an order that is {status}. Ask: {roles}.",
            "บทบาท{role} ทำ “{move}” กับออเดอร์สถานะ{status} ไม่ได้ กรุณาขอให้: {roles}",
        ),
        "guard_items": _both(
            "The order has no items, so it cannot be sent. Add one first, like /o A1 2.",
            "ออเดอร์ยังไม่มีสินค้าจึงส่งบิลไม่ได้ กรุณาเพิ่มสินค้าก่อน เช่น /o A1 2",
        ),
        "guard_stock": _both(
            "There is not stock enough for this order. Lower a quantity or add stock.",
            "สต็อกไม่พอสำหรับออเดอร์นี้ กรุณาลดจำนวนหรือเพิ่มสต็อก",
        ),
        "guard_limits": _both(
            "The price or discount is beyond your role's limit here. Ask a manager to send it.",
            "ราคาหรือส่วนลดเกินที่บทบาทของคุณทำได้ กรุณาให้ผู้จัดการเป็นผู้ส่ง",
        ),
        "guard_no_payment": _both(
            "Money has come in for this order, so this cannot be done. Ask finance to settle it.",
            "ออเดอร์นี้มีเงินเข้าแล้วจึงทำไม่ได้ กรุณาให้ฝ่ายการเงินจัดการยอดเงินก่อน",
        ),
        "guard_no_slip": _both(
            "A slip is waiting for this order, so this cannot be done. Look at the slip first.",
            "ออเดอร์นี้มีสลิปรอตรวจจึงทำไม่ได้ กรุณาตรวจสลิปก่อน",
        ),
        "guard_no_attempt": _both(
            "A payment is under way, so the order does not expire. Wait for its end.",
            "กำลังมีการชำระเงินอยู่ ออเดอร์จึงยังไม่หมดอายุ กรุณารอให้เสร็จ",
        ),
        "guard_never_issued": _both(
            "This order's bill has a number, and numbers are never reused. Cancel it instead.",
            "บิลของออเดอร์นี้มีเลขที่แล้วและใช้เลขซ้ำไม่ได้ กรุณาใช้การยกเลิกแทนการลบ",
        ),
        "guard_same_version": _both(
            "Somebody else changed this order in the meantime. Reload it and try again.",
            "มีผู้อื่นแก้ออเดอร์นี้ไปแล้ว กรุณาโหลดใหม่แล้วลองอีกครั้ง",
        ),
        "guard_fresh_slip": _both(
            "This slip was used before. Send the slip of this order's own transfer.",
            "สลิปนี้เคยใช้แล้ว กรุณาส่งสลิปของการโอนครั้งนี้",
        ),
        "guard_enough": _both(
            "The money that came in does not cover the balance in the order's currency. "
            "Record it as a part payment.",
            "ยอดเงินที่เข้ายังไม่ครบยอดค้างชำระในสกุลเงินของออเดอร์ กรุณาบันทึกเป็นการชำระบางส่วน",
        ),
        "guard_part": _both(
            "A part payment is above zero and below the total. Record the full amount as paid.",
            "การชำระบางส่วนต้องมากกว่าศูนย์และน้อยกว่ายอดรวม ถ้าครบแล้วให้บันทึกว่าชำระแล้ว",
        ),
        "guard_address": _both(
            "Cash on delivery needs an address and a phone number. Ask the customer for them.",
            "เก็บเงินปลายทางต้องมีที่อยู่และเบอร์โทร กรุณาขอจากลูกค้า",
        ),
        "guard_not_shipped": _both(
            "Part of this order has been shipped, so it cannot be cancelled. Use a return instead.",
            "ออเดอร์นี้ส่งของไปบางส่วนแล้วจึงยกเลิกไม่ได้ กรุณาใช้การคืนสินค้าแทน",
        ),
        "guard_all_covered": _both(
            "Some items are not in a parcel yet. Add them before the order is shipped.",
            "ยังมีสินค้าที่ไม่ได้อยู่ในพัสดุ กรุณาเพิ่มให้ครบก่อนแจ้งส่งของ",
        ),
        "guard_within_day": _both(
            "Shipping can be undone within 24 hours, and they are over. Use a return instead.",
            "ยกเลิกการส่งของได้ภายใน 24 ชั่วโมงเท่านั้น กรุณาใช้การคืนสินค้าแทน",
        ),
        # invoices
        "invoice_unreadable": _both(
            "A stored invoice cannot be read: {what}. Restore it from a backup.",
            "อ่านใบแจ้งหนี้ที่เก็บไว้ไม่ได้: {what} กรุณากู้คืนจากข้อมูลสำรอง",
        ),
    }
)

WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "new": _both("new", "ใหม่"),
        "draft": _both("a draft", "ร่าง"),
        "unpaid": _both("unpaid", "รอชำระ"),
        "checking": _both("checking", "รอตรวจสอบ"),
        "paid": _both("paid", "ชำระแล้ว"),
        "shipped": _both("shipped", "ส่งของแล้ว"),
        "completed": _both("completed", "สำเร็จ"),
        "expired": _both("expired", "หมดอายุ"),
        "cancelled": _both("cancelled", "ยกเลิกแล้ว"),
        "returned": _both("returned", "คืนสินค้าแล้ว"),
        "owner": _both("owner", "เจ้าของ"),
        "manager": _both("manager", "ผู้จัดการ"),
        "sales": _both("sales", "ฝ่ายขาย"),
        "finance": _both("finance", "การเงิน"),
        "packer": _both("packer", "แพ็กของ"),
        "viewer": _both("viewer", "ผู้ดู"),
        "customer": _both("customer", "ลูกค้า"),
        "system": _both("system", "ระบบ"),
    }
)
