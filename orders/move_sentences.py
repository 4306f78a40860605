"""The sentences of refused moves, in English and Thai: a part of ``orders.sentences``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def both(english: str, thai: str) -> Mapping[str, str]:
    """One sentence in both languages."""
    return MappingProxyType({"en": english, "th": thai})


MOVE_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "order_locked": both(
            "Order {number} is {status}, so it cannot be edited. "
            "Only a draft or an unpaid order can.",
            "ออเดอร์ {number} อยู่ในสถานะ{status} จึงแก้ไขไม่ได้ แก้ได้เฉพาะร่างหรือรอชำระ",
        ),
        "move_illegal": both(
            "An order that is {status} cannot do “{move}”. It can: {possible}.",
            "ออเดอร์ในสถานะ{status} ทำ “{move}” ไม่ได้ ทำได้: {possible}",
        ),
        "move_forbidden": both(
            "The role {role} may not do “{move}” on an order that is {status}. Ask: {roles}.",
            "บทบาท{role} ทำ “{move}” กับออเดอร์สถานะ{status} ไม่ได้ กรุณาขอให้: {roles}",
        ),
        "undo_nothing": both(
            "There is nothing of yours from the last {minutes} minutes here to take back.",
            "ไม่มีคำสั่งของคุณใน {minutes} นาทีที่ผ่านมาให้ย้อนในแชตนี้",
        ),
        "undo_billed": both(
            "The customer has revision {revision} of the bill already, which stays. "
            "Change the order and send it again.",
            "ลูกค้าได้รับบิลฉบับที่ {revision} แล้วจึงย้อนไม่ได้ กรุณาแก้ออเดอร์แล้วส่งใหม่",
        ),
        "undo_money": both(
            "Money was taken down with it, so it cannot be taken back. Ask finance to settle it.",
            "คำสั่งนี้บันทึกเรื่องเงินแล้วจึงย้อนไม่ได้ กรุณาให้ฝ่ายการเงินจัดการ",
        ),
        "undo_cancelled": both(
            "Order {number} is cancelled, and that stays. Write it as a new one instead.",
            "ออเดอร์ {number} ยกเลิกแล้วและย้อนไม่ได้ กรุณาเขียนเป็นออเดอร์ใหม่แทน",
        ),
        "undo_not": both(
            "“{move}” cannot be taken back.",
            "“{move}” ย้อนไม่ได้",
        ),
        "guard_items": both(
            "The order has no items, so it cannot be sent. Add one first, like /o A1 2.",
            "ออเดอร์ยังไม่มีสินค้าจึงส่งบิลไม่ได้ กรุณาเพิ่มสินค้าก่อน เช่น /o A1 2",
        ),
        "guard_stock": both(
            "There is not stock enough for this order. Lower a quantity or add stock.",
            "สต็อกไม่พอสำหรับออเดอร์นี้ กรุณาลดจำนวนหรือเพิ่มสต็อก",
        ),
        "guard_limits": both(
            "The price or discount is beyond your role's limit here. Ask a manager to send it.",
            "ราคาหรือส่วนลดเกินที่บทบาทของคุณทำได้ กรุณาให้ผู้จัดการเป็นผู้ส่ง",
        ),
        "guard_no_payment": both(
            "Money has come in for this order, so this cannot be done. Ask finance to settle it.",
            "ออเดอร์นี้มีเงินเข้าแล้วจึงทำไม่ได้ กรุณาให้ฝ่ายการเงินจัดการยอดเงินก่อน",
        ),
        "guard_no_slip": both(
            "A slip is waiting for this order, so this cannot be done. Look at the slip first.",
            "ออเดอร์นี้มีสลิปรอตรวจจึงทำไม่ได้ กรุณาตรวจสลิปก่อน",
        ),
        "guard_no_attempt": both(
            "A payment is under way, so the order does not expire. Wait for its end.",
            "กำลังมีการชำระเงินอยู่ ออเดอร์จึงยังไม่หมดอายุ กรุณารอให้เสร็จ",
        ),
        "guard_never_issued": both(
            "This order's bill has a number, and numbers are never reused. Cancel it instead.",
            "บิลของออเดอร์นี้มีเลขที่แล้วและใช้เลขซ้ำไม่ได้ กรุณาใช้การยกเลิกแทนการลบ",
        ),
        "guard_same_version": both(
            "Somebody else changed this order in the meantime. Reload it and try again.",
            "มีผู้อื่นแก้ออเดอร์นี้ไปแล้ว กรุณาโหลดใหม่แล้วลองอีกครั้ง",
        ),
        "guard_fresh_slip": both(
            "This slip was used before. Send the slip of this order's own transfer.",
            "สลิปนี้เคยใช้แล้ว กรุณาส่งสลิปของการโอนครั้งนี้",
        ),
        "guard_enough": both(
            "The money that came in does not cover the balance in the order's currency. "
            "Record it as a part payment.",
            "ยอดเงินที่เข้ายังไม่ครบยอดค้างชำระในสกุลเงินของออเดอร์ กรุณาบันทึกเป็นการชำระบางส่วน",
        ),
        "guard_part": both(
            "A part payment is above zero and below the total. Record the full amount as paid.",
            "การชำระบางส่วนต้องมากกว่าศูนย์และน้อยกว่ายอดรวม ถ้าครบแล้วให้บันทึกว่าชำระแล้ว",
        ),
        "guard_address": both(
            "Cash on delivery needs an address and a phone number. Ask the customer for them.",
            "เก็บเงินปลายทางต้องมีที่อยู่และเบอร์โทร กรุณาขอจากลูกค้า",
        ),
        "guard_not_shipped": both(
            "Part of this order has been shipped, so it cannot be cancelled. Use a return instead.",
            "ออเดอร์นี้ส่งของไปบางส่วนแล้วจึงยกเลิกไม่ได้ กรุณาใช้การคืนสินค้าแทน",
        ),
        "guard_all_covered": both(
            "Some items are not in a parcel yet. Add them before the order is shipped.",
            "ยังมีสินค้าที่ไม่ได้อยู่ในพัสดุ กรุณาเพิ่มให้ครบก่อนแจ้งส่งของ",
        ),
        "guard_within_day": both(
            "Shipping can be undone within 24 hours, and they are over. Use a return instead.",
            "ยกเลิกการส่งของได้ภายใน 24 ชั่วโมงเท่านั้น กรุณาใช้การคืนสินค้าแทน",
        ),
        "guard_some_left": both(
            "There is nothing left to put into a parcel, or more was named than is left.",
            "ไม่มีสินค้าเหลือให้ใส่พัสดุ หรือระบุจำนวนมากกว่าที่เหลือ กรุณาตรวจจำนวน",
        ),
        "guard_same_customer": both(
            "Only two orders of one customer in one currency become one. Choose another order.",
            "รวมได้เฉพาะออเดอร์ของลูกค้าคนเดียวกันและสกุลเงินเดียวกัน กรุณาเลือกออเดอร์อื่น",
        ),
        "guard_held": both(
            "There is not that much money on this order to give back. Check the amount.",
            "ออเดอร์นี้ไม่มีเงินมากพอที่จะคืน กรุณาตรวจยอด",
        ),
        "order_changed": both(
            "Order {number} was changed by {who} at {at}. Reload it and try again.",
            "{who} แก้ออเดอร์ {number} เมื่อ {at} กรุณาโหลดใหม่แล้วลองอีกครั้ง",
        ),
        "order_missing": both(
            "There is no such order in this shop. Check the number.",
            "ไม่มีออเดอร์นี้ในร้าน กรุณาตรวจเลขที่",
        ),
        "key_reused": both(
            "This request's key was used for another request. Take a new key for each.",
            "คีย์ของคำขอนี้เคยใช้กับคำขออื่นแล้ว กรุณาใช้คีย์ใหม่ทุกครั้ง",
        ),
        "due_missing": both(
            "Until when? The shop has no time of its own for this: write one, like 2h or 18:00.",
            "ถึงเมื่อไร ร้านยังไม่ได้ตั้งเวลาชำระไว้ กรุณาระบุ เช่น 2h หรือ 18:00",
        ),
        "due_past": both(
            "The due time is over already. Set a later one, like due 2h.",
            "เวลาครบกำหนดผ่านไปแล้ว กรุณาตั้งใหม่ เช่น หมดเขต 2h",
        ),
        "time_ahead": both(
            "That payment's time lies in the future. Check the date and time on it.",
            "เวลาที่โอนอยู่ในอนาคต กรุณาตรวจวันที่และเวลา",
        ),
        "slip_missing": both(
            "No slip is waiting on this order. Reload it to see what became of it.",
            "ออเดอร์นี้ไม่มีสลิปที่รอตรวจ กรุณาโหลดใหม่เพื่อดูสถานะ",
        ),
        "payment_elsewhere": both(
            "The payment {reference} is counted on another order. Check the reference.",
            "รายการชำระ {reference} นับไว้กับออเดอร์อื่นแล้ว กรุณาตรวจเลขอ้างอิง",
        ),
        "stock_missing": both(
            "{missing} pieces of this paid order are not in stock. Bring stock in first.",
            "ออเดอร์ที่ชำระแล้วนี้ยังขาดของ {missing} ชิ้น กรุณาเติมสต็อกก่อน",
        ),
        "right_unknown": both(
            "There is no right “{right}”. Choose one of the table of moves, like paid.cancel.",
            "ไม่มีสิทธิ์ “{right}” กรุณาเลือกจากตารางสถานะ เช่น paid.cancel",
        ),
        "right_fixed": both(
            "The rights of {role} are fixed and cannot be changed here.",
            "สิทธิ์ของ{role}ตายตัว เปลี่ยนที่นี่ไม่ได้",
        ),
        "rule_wrong": both(
            "“{name}” cannot be {value}. Check its range and try again.",
            "ตั้ง “{name}” เป็น {value} ไม่ได้ กรุณาตรวจช่วงที่ใช้ได้",
        ),
        "owner_only": both(
            "Only an owner may change this. Ask: owner.",
            "เจ้าของเท่านั้นที่เปลี่ยนได้ กรุณาขอให้เจ้าของทำ",
        ),
    }
)
