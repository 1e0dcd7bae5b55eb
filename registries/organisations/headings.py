"""How the files of offices call the fields of organisations; the importer reads traditional characters as
simplified.
"""

from ..heading_lists import read_headings

HEADINGS = read_headings("""
name: 单位名称, 企业名称, 公司名称, 机构名称, 组织名称, 社会单位名称, 名称, 单位全称, 企业全称, 工厂名称
    医院名称, 学校名称, 幼儿园名称, 场所名称, 店铺名称, 店名, 商户名称, 商号名称, 字号名称, 市场主体名称
    主体名称, 团体名称, 寺庙名称, 教会名称, 中心名称, 单位, centerName, company, company name, organisation
    organization, organization name, unit name, Company_Name, NAME
short_name: 简称, 单位简称, 企业简称, S_NAME, 站名
org_type: 单位类型, 单位类别, 主体类型, 单位性质, 市场主体类型
legal_form: 企业类型, 登记注册类型, 经济类型, 经济性质, 组织型态, 工厂组织型态, 公司类型, 企业性质, 类别
    机构类别, centerOperationType
industry: 行业代码, 行业, 所属行业, 行业类别, 行业门类, 国民经济行业, 国民经济行业代码, 行业大类
industry_text: 产业类别, 行业名称, 行业描述, 主要产品, 经营类别
business_scope: 经营范围, 业务范围, 主营业务, 经营项目, 宗旨
registered_capital: 注册资金, 注册资本, 资本额, 工厂资本额, 开办资金, 资本总额(元)
uscc: 统一社会信用代码, 社会信用代码, 信用代码, 统一信用代码, 统一社会信用代码证号, 信用码, USCC
    credit code, unified social credit code
licence_no: 营业执照注册号, 注册号, 工商注册号, 营业执照号, 执照注册号
org_code: 组织机构代码, 组织机构代码证, 组织机构代码证号
tw_ubn: 统一编号, 统编, 公司统一编号, 营利事业统一编号, 商业统一编号, 扣缴单位统一编号
    Business_Accounting_NO
tw_factory: 工厂登记编号, 工厂登记证号, 工厂登记证编号
institution_no: 机构登记号, 登记证号, 学校标识码, 学校代码, 医疗机构登记号, 医疗机构代码, 管制编号
    立案字号, 许可证编号, 机构编号
any_number: 代码, 代码匹配, 证照号码, 证照编号, 登记编号, 主体代码, 企业代码, 单位代码, 单位编号
registrations: 登记编号清单, 注册登记
operator_number: 统一立案编号, 公司(营利事业)统一编号, 所属企业信用代码, 经营主体代码, 运营单位代码
    总公司统一编号
legal_representative: 法定代表人, 法人代表, 法人, 负责人, 主要负责人, 经营者, 法定代表人姓名, 代表人姓名
    理事长, 院长, 校长
safety_manager: 安全负责人, 安全管理人, 安全员, 安全管理员, 消防安全管理人, 消防安全责任人, 安全生产负责人
safety_certificate: 安全管理证书, 安全负责人证书, 安全管理资格证号
phone: 联系电话, 电话, 机构电话, 联系方式, 固定电话, 单位电话, 办公电话, 手机, tel, telephone
safety_phone: 安全负责人电话, 安全员电话, 安全管理人电话
employees: 从业人数, 员工人数, 职工人数, 人数, 从业人员数, 从业人员, 员工数
floor_area_m2: 建筑面积, 经营面积, 面积, 场所面积, 营业面积
floors: 层数, 楼层数
address: 地址, 注册地址, 经营地址, 详细地址, 单位地址, 住所, 营业地址, 工厂地址, 公司地址, 机构地址
    经营场所, 场所地址, 学校地址, 住址, 生产经营地址, ADDR, Company_Location, 会址
area_id: 社区编码, 网格编码, 街道编码, 所属社区, 所属网格, 所属街道, 网格, 社区, 街道, 社区名称, 网格名称
    area, community, grid, community code, grid code
opened_on: 成立日期, 注册日期, 开业日期, 设立日期, 成立时间, 注册时间, 核准设立日期, 工厂登记核准日期
    登记日期, 设立登记日期, 创办日期
closed_on: 关闭日期, 歇业日期, 停业日期, 工厂登记歇业核准日期, 工厂登记废止核准日期
    工厂登记公告废止核准日期, 终止日期
dissolved_on: 注销日期, 解散日期, 核准解散日期, 核准注销日期, 吊销日期
operating_status: 经营状态, 登记状态, 企业状态, 工厂登记状态, 营业状态, 运营状态, 主体状态, 开业状态, 现况
    存续状态
responsible_department: 行业主管部门, 主管部门, 主管机关, 行业监管部门, 业务主管单位
supervising_unit: 属地, 属地监管单位, 监管单位, 属地街道, 登记机关, 管辖单位
property_company: 物业公司, 物业服务企业, 物业单位
parent_id: 上级单位编号
successor_id: 承继单位编号
standardisation_level: 安全生产标准化等级, 标准化等级, 安全标准化等级, 标准化级别
key_unit_kinds: 重点单位类别, 重点单位, 重点单位类型, 重点场所类型
small_venue: 九小场所, 九小场所类别, 小场所类别, 九小场所类型
fire_level: 消防等级, 消防安全等级, 消防监管级别
last_inspected_on: 上次检查日期, 最近检查日期, 检查日期, 最近一次检查日期
inspection_days: 检查周期天数, 检查周期, 检查频次(天)
next_inspection_on: 下次检查日期, 计划检查日期
evacuation_capacity: 疏散人数, 核定人数, 容纳人数, 最大容纳人数, 核定收托人数, approvedCapacity, 床位数
ebike_charging: 电动车充电, 有无电动自行车充电
dormitory: 员工宿舍, 有无住人, 三合一, 违规住人
gas_kind: 燃气类型, 用气类型, 燃气, 燃气使用情况
work_at_height: 高处作业, 登高作业
confined_space: 有限空间, 有限空间作业, 受限空间
combustible_dust: 涉爆粉尘, 粉尘涉爆, 可燃性粉尘
ammonia: 涉氨, 液氨, 涉氨制冷
insured_until: 保险到期日, 保单到期日, 安责险到期日, 保险到期日期, 保险止期, 公共意外责任险到期日
risk_colour: 风险等级, 风险颜色, 风险级别, 安全风险等级
licences: 许可证, 许可证照, 证照清单
hazardous_chemicals: 危险化学品, 危化品, 危险化学品清单
special_equipment: 特种设备, 特种设备清单
responsibility_letters: 目标责任书, 责任书
links: 关联场所, 占用场所
note: 备注, 说明, remark, remarks, 标签
""")
