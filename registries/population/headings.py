"""How the files of offices call the fields of residents, households and dwellings; the importer reads
traditional characters as simplified.
"""

from ..heading_lists import read_headings

HEADINGS = read_headings("""
doc_type: 证件类型, 证件种类, 证件名称, 证件类别, id type
id_number: 公民身份号码, 公民身份证号码, 身份证号, 身份证号码, 身份证, 证件号码, 证件号, 证件编号
    居民身份证号, 居民身份证号码, 身份号码, 身份证件号码, 有效证件号码, 身份证明号码, 统一编号
    identity number, ID no, ID card, national id, id_no
no_id_reason: 无证件原因, 无证原因, 无身份证原因, 未登记证件原因
name: 姓名, 名字, 居民姓名, 人员姓名, 名称, full name, person name
sex: 性别, gender
birth_date: 出生日期, 出生年月, 出生年月日, 生日, 出生时间, 出生, date of birth, dob, birthday, born
ethnicity: 民族, 民族名称, ethnic, nationality
education: 文化程度, 学历, 教育程度, 受教育程度, 最高学历, education level
marital_status: 婚姻状况, 婚姻, 婚姻状态, 婚否, marriage
occupation: 职业, 职业类别, 从事职业, 工作学习情况, 就业状况, 职业状况, job
phone: 联系电话, 手机号, 手机, 手机号码, 电话, 电话号码, 联系方式, 本人电话, 移动电话, 联系手机, mobile
    tel, telephone, phone number
residence: 居住类型, 居住情况, 居住状况, 居住性质, 居住状态, 人户情况
population_type: 人口类型, 人口类别, 人员类型, 人员类别, 人口性质, 户籍类型, resident type
registration_match: 人户一致标识, 人户一致, 人户是否一致, 人户状态
separated: 是否人户分离, 人户分离
separation_type: 人户分离类型, 分离类型
stay_status: 居住时长, 常住标识, 在住状态, 人员状态, stay
moved_in_on: 迁入日期, 入住日期, 居住开始日期, 来本地日期, 来辽日期, 迁入时间, 入住时间
moved_out_on: 迁出日期, 搬离日期, 离开日期, 迁出时间
expected_leave_on: 预计离开日期, 拟离开日期, 预计离开时间, 拟居住至
died_on: 死亡日期, 去世日期, 死亡时间
moved_away: 是否已迁出, 是否迁出
deceased: 是否已死亡, 是否死亡
registered_division: 户籍地区划, 户籍区划, 户籍区划代码, 户籍地行政区划, 户籍行政区划, 户籍地代码
registered_address: 户籍地址, 户籍地, 户口所在地, 户籍所在地, 户籍地详址, 户籍详址, 户籍小区, 户口地址
    户籍门（楼）详址, registered at
address: 现住址, 现居住地址, 家庭住址, 居住地址, 住址, 地址, 现住地址, 现住地, 现居地, 现居住地, 居住地
    详细地址, 家庭地址, 实际居住地址, 现住小区, 现住小区/建筑, 门牌地址, 现住门（楼）详址, 房屋地址
    current address
area_id: 社区编码, 网格编码, 所属网格, 网格, 网格名称, 网格编号, 所在网格, 社区, 所属社区, 社区名称
    社区代码, 街道, 街道编码, 所属街道, 街道名称, 乡镇街道, 镇街, 村居, 村（社区）, 网格代码, area code
    community, grid, grid code, community code, street
household_number: 户号, 户编号, 户籍号, 家庭编号, 户口号, 户口簿号, 家庭户号
relation_to_head: 与户主关系, 户主关系, 家庭关系, 与户主的关系, 与其他人员关系, 与房主关系, 关系
    relation, relationship
dwelling_id: 房屋编号, 住所编号
employer_name: 服务处所, 工作单位, 单位, 单位名称, 就业单位, 所在单位, 学校, works at
guardian_name: 监护人, 监护人姓名
guardian_phone: 监护人电话, 监护人联系电话, 监护人联系方式, 监护人手机
emergency_contact: 紧急联系人, 紧急联系人姓名, 联系人
emergency_phone: 紧急联系电话, 紧急联系人电话, 紧急联系人联系方式, 联系人电话
groups: 重点人群, 重点类别, 重点人群类别, 特殊人群, 人群分类, 关爱人群, 关注类型, 重点人员类别
    vulnerable groups
stays: 居住经历, 居住记录
life_events: 变动记录, 生命事件, 人口变动
links: 关联, 关联记录
data_source: 数据来源, 信息来源, 采集方式, 来源
verified_on: 核实日期, 采集日期, 走访日期, 采集时间, 核实时间, 更新日期
verified_by: 核实人, 采集人, 网格员, 登记人, 填表人
notice_ref: 告知书编号, 告知编号, 同意书编号
note: 备注, 说明, 备注说明, remark, remarks, notes
""")

HOUSEHOLD_HEADINGS = read_headings("""
number: 户号, 户编号, 家庭编号, 户籍号, household no
kind: 户类型, 家庭户类型, 户类别
hukou_kind: 户口类型, 户口性质, 户别
head_id: 户主编号
dwelling_id: 房屋编号, 住所编号
address: 地址, 家庭住址, 现住址, 住址, 居住地址
area_id: 社区编码, 网格编码, 所属网格, 所属社区, 网格, 社区, 街道, area code, community, grid
note: 备注, 说明, remark
""")

DWELLING_HEADINGS = read_headings("""
building_id: 楼栋编号, 建筑编号
building_name: 楼栋, 楼栋名称, 建筑名称, 小区楼栋, 小区名称
unit: 单元, 单元号
floor: 楼层, 所在层, 层
room: 房号, 室, 房间号, 门牌, 门牌号, 室号, flat
use: 房屋用途, 用途, 使用性质, 使用情况
tenure: 产权, 产权类型, 房屋性质, 房屋来源
owner_name: 产权人, 房主, 业主, 房东, 户主姓名, owner
rent_from: 租赁开始, 租期开始, 起租日期
rent_to: 租赁结束, 租期结束, 到期日期, 租期届满
gas_kind: 燃气类型, 燃气, 用气类型, 燃气种类
smoke_alarm: 烟感, 烟感报警器, 独立式烟感
gas_alarm: 燃气报警器, 可燃气体报警器
ebike_indoors: 电动车入户, 电动自行车入户, 电动车进楼入户
address: 地址, 详细地址, 房屋地址, 住址
area_id: 社区编码, 网格编码, 所属网格, 所属社区, 网格, 社区, 街道, area code, community, grid
note: 备注, 说明, remark
""")
