"""What a resident record may hold: labels, headings of sheets, and how sensitive each field is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..fields import Day, PartialDay, Text, YesNo
from ..messages import N_, Problem
from ..person_fields import Address, IdNumber, LenientCode, PersonName, Phone
from ..reference_fields import Area, Code, Link
from ..schemas import Checked, Parts, RecordSchema
from .parts import EventSchema, GroupSchema, ResidentLinkSchema, StaySchema, is_left_out
from .rules import (
    check_dates,
    check_guardian,
    check_household,
    check_name,
    check_number,
    complete_groups,
    complete_residence,
)
from .stays import settle
from .wordings import Residence

PHONES = ("phone", "guardian_phone", "emergency_phone")


class ResidentSchema(RecordSchema):
    """The fields and rules of a resident."""

    doc_type = Code(
        N_("Document type"), "document_type", filterable=True, headings=("证件类型", "证件种类", "证件名称", "证件类别", "id type"),
        hint=N_("Left empty, it is told by the number."))
    id_number = IdNumber(
        N_("ID number"), hint=N_("18 characters for an identity card. Leave it empty only with a reason."),
        example="000101199003071115", headings=(
            "公民身份号码", "公民身份证号码", "身份证号", "身份证号码", "身份证", "证件号码", "证件号", "证件编号", "居民身份证号", "居民身份证号码",
            "身份号码", "身份证件号码", "有效证件号码", "身份证明号码", "统一编号", "identity number", "ID no", "ID card", "national id", "id_no",
        ))
    no_id_reason = Code(
        N_("Reason for no ID number"), "no_id_reason", headings=("无证件原因", "无证原因", "无身份证原因", "未登记证件原因"))
    name = PersonName(
        N_("Name"), required=True, sortable=True, example="张三", headings=("姓名", "名字", "居民姓名", "人员姓名", "名称", "full name", "person name"))
    sex = Code(N_("Sex"), "sex", wanted=True, filterable=True, headings=("性别", "gender"))
    birth_date = PartialDay(
        N_("Birth date"), past=True, wanted=True, sortable=True, personal=True, example="1990-03-07",
        hint=N_("The year alone, or year and month, will do when no more is known."),
        headings=("出生日期", "出生年月", "出生年月日", "生日", "出生时间", "出生", "date of birth", "dob", "birthday", "born"))
    ethnicity = Code(N_("Ethnic group"), "ethnicity", headings=("民族", "民族名称", "ethnic", "nationality"))
    education = Code(
        N_("Education"), "education", headings=("文化程度", "学历", "教育程度", "受教育程度", "最高学历", "education level"))
    marital_status = Code(N_("Marital status"), "marital_status", headings=("婚姻状况", "婚姻", "婚姻状态", "婚否", "marriage"))
    occupation = LenientCode(
        N_("Occupation"), "occupation", "12", headings=("职业", "职业类别", "从事职业", "工作学习情况", "就业状况", "职业状况", "job"))
    phone = Phone(
        N_("Phone"), indexed=True, example="13800138000", headings=(
            "联系电话", "手机号", "手机", "手机号码", "电话", "电话号码", "联系方式", "本人电话", "移动电话", "联系手机", "mobile", "tel", "telephone",
            "phone number",
        ))
    residence = Residence(
        N_("Kind of residence"), headings=("居住类型", "居住情况", "居住状况", "居住性质", "居住状态", "人户情况"),
        hint=N_("Registered, floating, usual, temporary … in the words of the office."))
    population_type = Code(
        N_("Population type"), "population_type", filterable=True,
        headings=("人口类型", "人口类别", "人员类型", "人员类别", "人口性质", "户籍类型", "resident type"))
    registration_match = Code(
        N_("Registered where living"), "registration_match", headings=("人户一致标识", "人户一致", "人户是否一致", "人户状态"))
    separated = YesNo(
        N_("Lives away from registration"), virtual=True, headings=("是否人户分离", "人户分离"))
    separation_type = Code(N_("Kind of separation"), "separation_type", headings=("人户分离类型", "分离类型"))
    stay_status = Code(
        N_("Stay status"), "stay_status", filterable=True, headings=("居住时长", "常住标识", "在住状态", "人员状态", "stay"))
    moved_in_on = PartialDay(
        N_("Moved in on"), past=True, headings=("迁入日期", "入住日期", "居住开始日期", "来本地日期", "来辽日期", "迁入时间", "入住时间", "登记日期"))
    moved_out_on = Day(N_("Moved out on"), past=True, headings=("迁出日期", "搬离日期", "离开日期", "迁出时间"))
    expected_leave_on = Day(N_("Expects to leave on"), headings=("预计离开日期", "拟离开日期", "预计离开时间", "拟居住至"))
    died_on = Day(N_("Died on"), past=True, headings=("死亡日期", "去世日期", "死亡时间"))
    moved_away = YesNo(N_("Has moved away"), virtual=True, headings=("是否已迁出", "是否迁出"))
    deceased = YesNo(N_("Has died"), virtual=True, headings=("是否已死亡", "是否死亡"))
    registered_division = Code(
        N_("Registered division"), "division", headings=("户籍地区划", "户籍区划", "户籍区划代码", "户籍地行政区划", "户籍行政区划", "户籍地代码"))
    registered_address = Address(
        N_("Registered address"), headings=(
            "户籍地址", "户籍地", "户口所在地", "户籍所在地", "户籍地详址", "户籍详址", "户籍小区", "户口地址", "户籍门（楼）详址", "registered at",
        ))
    address = Address(
        N_("Address"), wanted=True, filterable=True, example="解放路12号3单元501室", headings=(
            "现住址", "现居住地址", "家庭住址", "居住地址", "住址", "地址", "现住地址", "现住地", "现居地", "现居住地", "居住地", "详细地址", "家庭地址",
            "实际居住地址", "现住小区", "现住小区/建筑", "门牌地址", "现住门（楼）详址", "房屋地址", "current address", "home address",
        ))
    area_id = Area(
        N_("Area"), hint=N_("Code or name of the street, community or grid."), headings=(
            "社区编码", "网格编码", "所属网格", "网格", "网格名称", "网格编号", "所在网格", "社区", "所属社区", "社区名称", "社区代码", "街道", "街道编码",
            "所属街道", "街道名称", "乡镇街道", "镇街", "村居", "村（社区）", "网格代码", "area code", "community", "grid", "grid code",
            "community code", "street",
        ))
    household_number = Text(
        N_("Household number"), 60, personal=True, headings=("户号", "户编号", "户籍号", "家庭编号", "户口号", "户口簿号", "家庭户号", "household"))
    household_id = Link(N_("Household"), "household", computed=True)
    relation_to_head = LenientCode(
        N_("Relation to head"), "family_relationship", "80", headings=(
            "与户主关系", "户主关系", "家庭关系", "与户主的关系", "与其他人员关系", "与房主关系", "关系", "relation", "relationship",
        ))
    dwelling_id = Link(N_("Dwelling"), "dwelling", headings=("房屋编号", "住所编号"))
    employer_name = Text(
        N_("Employer"), 200, headings=("服务处所", "工作单位", "单位", "单位名称", "就业单位", "所在单位", "学校", "works at"))
    guardian_name = PersonName(N_("Guardian"), headings=("监护人", "监护人姓名"))
    guardian_phone = Phone(N_("Guardian's phone"), headings=("监护人电话", "监护人联系电话", "监护人联系方式", "监护人手机"))
    emergency_contact = PersonName(N_("Emergency contact"), headings=("紧急联系人", "紧急联系人姓名", "联系人"))
    emergency_phone = Phone(
        N_("Emergency contact's phone"), headings=("紧急联系电话", "紧急联系人电话", "紧急联系人联系方式", "联系人电话"))
    groups = Parts(
        N_("Groups at risk"), GroupSchema, sealed=True,
        headings=("重点人群", "重点类别", "重点人群类别", "特殊人群", "人群分类", "关爱人群", "关注类型", "重点人员类别", "vulnerable groups"))
    stays = Parts(N_("Stays"), StaySchema, personal=True, headings=("居住经历", "居住记录"))
    life_events = Parts(N_("Life events"), EventSchema, personal=True, headings=("变动记录", "生命事件", "人口变动"))
    links = Parts(N_("Links"), ResidentLinkSchema, headings=("关联", "关联记录"))
    data_source = LenientCode(N_("Data source"), "data_source", "other", headings=("数据来源", "信息来源", "采集方式", "来源"))
    verified_on = Day(N_("Verified on"), past=True, headings=("核实日期", "采集日期", "走访日期", "采集时间", "核实时间", "更新日期"))
    verified_by = PersonName(N_("Verified by"), headings=("核实人", "采集人", "网格员", "登记人", "填表人"))
    notice_ref = Text(N_("Notice or consent"), 100, headings=("告知书编号", "告知编号", "同意书编号"))
    note = Text(N_("Note"), 1000, lines=True, personal=True, headings=("备注", "说明", "备注说明", "remark", "remarks", "notes"))

    def check(self, raw: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> Checked:
        """Besides the rules, the doubts that only the wording of a cell shows."""
        checked = super().check(raw, stored)
        for name in PHONES:
            for doubt in Phone.doubts(raw.get(name)) if name not in checked.errors else ():
                checked.warn(name, doubt)
        told = raw.get("groups")
        if isinstance(told, str) and is_left_out(told):
            checked.warn("groups", Problem(
                N_("“%(value)s” names a list that this register does not keep: it was left out."), value=told[:60],
            ))
        for name in ("occupation", "relation_to_head", "data_source"):
            item = self.plan[name]
            if raw.get(name) is not None and isinstance(item, LenientCode) and not item.is_known(raw[name], self.references):
                checked.warn(name, Problem(
                    N_("%(field)s: “%(value)s” is not in the list and was read as “%(other)s”."),
                    field=Problem(item.label), value=str(raw[name])[:40],
                    other=self.references.codes(item.scheme).name(item.other),
                ))
        return checked

    def complete(self, checked: Checked, stored: Mapping[str, Any] | None) -> None:
        """Fill in what the number and the wordings tell, and what a stored group already says of itself."""
        check_number(self.references, checked, stored)
        complete_residence(checked, stored)
        if checked.values.get("groups"):
            complete_groups(self.references, checked, stored)
        if checked.values.get("stays"):
            record = {**(stored or {}), **checked.values}
            checked.values["stays"] = settle(checked.values["stays"], record, self.references.areas)

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """The rules over several fields of the whole record."""
        check_name(record, checked)
        check_dates(record, checked)
        check_guardian(record, checked)
        check_household(record, checked)
