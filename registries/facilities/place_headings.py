"""How the files of offices call the fields of places; the importer reads traditional characters as
simplified.
"""

from ..heading_lists import read_headings

HEADINGS = read_headings("""
code: 建筑编码, 楼栋编码, 楼栋编号, 建筑编号, 地址编码, building code
name: 建筑名称, 小区/建筑名称, 楼栋名称, 楼栋, 小区名称, 名称, 场所名称, 楼宇名称, 楼名, building
    place name
kind: 类型, 建筑类型, 场所类型, 场所类别, 楼栋类型
address: 地址, 详细地址, 门牌地址, 坐落, 建筑地址, ADDR
area_id: 社区编码, 网格编码, 街道编码, 所属社区, 所属网格, 所属街道, 网格, 社区, 街道, 社区名称, 网格名称
    area, grid
floors_up: 地上层数, 层数, 楼层数, 总层数, 楼层
floors_down: 地下层数
height_m: 高度, 建筑高度, 楼高
structure: 结构, 建筑结构, 房屋结构, 结构类型
built_year: 建成年份, 建造年代, 建成年代, 建筑年代, 竣工年份
use: 用途, 使用性质, 建筑用途, 商业类型, 使用功能
floor_area_m2: 建筑面积, 面积, 总建筑面积
households: 户数, 总户数, 住户数
lifts: 电梯数, 电梯数量, 电梯
property_company: 物业公司, 物业服务企业, 物业单位, 物业
fire_lane: 消防通道, 消防车通道
evacuation_stairs: 疏散楼梯, 疏散楼梯数, 安全出口数
danger_grade: 房屋危险性等级, 危房等级, 鉴定等级, 危险等级
exterior_insulation: 外墙保温, 外保温
gas_kind: 燃气类型
has_gas: 是否通燃气, 通燃气
safety_manager: 安全负责人, 安全责任人, 楼长
phone: 安全负责人电话, 联系电话, 物业联系电话, 电话
note: 备注, 说明, remark
""")
