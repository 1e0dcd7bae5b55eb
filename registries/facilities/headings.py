"""How the files of offices call the fields of facilities; the importer reads traditional characters as
simplified.
"""

from ..heading_lists import read_headings

HEADINGS = read_headings("""
code: 部件编码, 部件标识码, 部件代码, 设施编码(16位), ObjID, component code
name: 部件名称, 设施名称, 名称, 设备名称, ObjName, placeName, shelterName, 公厕名称, 避难所名称, 场所名称
    站点名称, 测站名称, station_name, locationDescription, facility name, NAME, 标题
subclass: 小类代码, 部件小类, 小类, 部件类型, 设施类型, 设施类别, 小类名称, 部件类别, subclass
competent_department: 主管部门, 主管部门名称, DeptName1, 主管单位
competent_department_code: 主管部门代码, DeptCode1
owner: 权属单位, 权属单位名称, DeptName2, 产权单位, 所有单位, 水公司单位名称
owner_code: 权属单位代码, DeptCode2
maintainer: 养护单位, 养护单位名称, DeptName3, 维护单位, 管理单位, 保管单位, 管护单位, manager, 单位名称
    管养单位
maintainer_code: 养护单位代码, DeptCode3
area_id: 社区编码, 网格编码, 街道编码, 所属社区, 所属网格, 所属街道, 所在单元网格编码, BGID, 单元网格编码
    网格, 社区, 街道, 社区名称, 网格名称, area, community, grid
location: 位置描述, 位置, ObjPos, 消防栓位置, 具体位置, 设置位置, 安装位置, 放置位置, 公厕位置
    aedLocationDescription, aedPlacementLocation, 地点, location
address: 地址, 详细地址, 公厕地址, 场所地址, 设置地址, 门牌地址, ADDR, 所在地址
state: 状态, 部件状态, ObjState, 设施状态, 使用状态, 完好状态, 运行状态
out_of_service: 是否停用, 停用
model: 型号, 规格型号, 设备型号, 品牌型号
made_on: 生产日期, 制造日期, 出厂日期
installed_on: 安装日期, 建成日期, 启用日期, 设置日期, 投用日期, 安装时间
warranty_until: 保修期至, 质保到期日, 质保期至
size: 规格, 尺寸, 规模
material: 材质, 材料
capacity: 容量, 容纳人数, 可容纳人数, 收容人数, capacityPeople, 容人数
opening_hours: 开放时间, 营业时间, 开放时段, DUTY_TIME, openingHours
is_public: 是否公开, 对外公开
check_days: 检查周期天数, 检查周期, 巡检周期, 巡查周期
last_checked_on: 上次检查日期, 最近检查日期, 检查日期, 巡检日期, 最近巡检日期
next_check_on: 下次检查日期, 下次巡检日期
risk_colour: 风险等级, 风险颜色
surveyed_on: 普查日期, 初始时间, ORDate, 采集日期, 调查日期
data_source: 数据来源, DataSource
attributes: 属性, 扩展属性
more_attributes: 补充属性, 种类, 型式, 消防栓盖, 产权, 出水口型式, 开关型式, 消防栓标志, 水压不足, 出水量
    自订编号, 公厕编号, 公厕类别, 公厕等级, 尿布台设置数量, 儿童座椅设置数量, category, placeCategory,
    placeType
    totalSeats, excellentGradeCount, superiorGradeCount, ordinaryGradeCount, improvementGradeCount
    accessibleToiletSeats, parentChildToiletSeats, shelterTypeRaw, floodStatus, earthquakeStatus
    landslideStatus, tsunamiStatus, isReliefStation, hasAccessibleFacilities, hasIndoorSpace, hasOutdoorSpace
    servedVillagesRaw, shelterAreaSqm, basementInfo, policePrecinct, river_basin, pumb_num, door_num
    warning_level, start_pumping_level, cameraLocationCodeRaw, 口径, 管径, 压力, 水源, 有效期, 电极片有效期
    电池有效期, 序列号, 服务范围, 适用灾害, 面积(平方米), 避难面积
links: 关联单位, 关联记录
note: 备注, 说明, remark, remarks
""")
