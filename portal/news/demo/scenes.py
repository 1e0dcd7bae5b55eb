"""The pictures of the demo, and what each shows to who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import indoors, outdoors
from .canvas import NIGHT, PALE, SAND, SKY, Canvas


@dataclass(frozen=True, slots=True)
class Scene:
    """How to draw a picture, and what it shows, in Chinese and English, after and before."""

    draw: Callable[[Canvas, bool], None]
    ground: str
    after: tuple[str, str]
    before: tuple[str, str] | None = None

    def jpeg(self, after: bool = True) -> bytes:
        """The picture."""
        surface = Canvas(self.ground)
        self.draw(surface, after)
        return surface.jpeg()


SCENES = {
    "houses": Scene(
        outdoors.houses, SKY,
        ("几栋居民楼前，邻居们在树下散步",
         "Neighbours walk under trees in front of their houses"),
    ),
    "stairs": Scene(
        indoors.stairs, SAND,
        ("一位老人扶着新装的扶手走上明亮的楼梯",
         "An older person holds a new rail on well-lit stairs"),
        ("昏暗的楼梯没有扶手，台阶上堆着纸箱",
         "Dark stairs without a rail, boxes on the steps"),
    ),
    "ebike": Scene(
        outdoors.ebike, SKY,
        ("三辆电动自行车停在带顶棚的集中充电处",
         "Three e-bikes in a charging shed with a roof"),
        ("楼道里停着三辆电动自行车，电线拉到同一个插座",
         "Three e-bikes in a hall, wires to a single socket"),
    ),
    "extinguisher": Scene(
        indoors.extinguisher, PALE,
        ("绿色安全出口标志旁立着一具灭火器",
         "A fire extinguisher beside a green exit sign"),
    ),
    "kitchen": Scene(
        indoors.kitchen, SAND,
        ("厨房灶台上方装有燃气报警器和自动切断阀",
         "A kitchen with a gas alarm and a shut-off valve"),
        ("厨房里灶具连着老化弯曲的橡胶软管",
         "A cooker on an old, twisted rubber hose"),
    ),
    "river": Scene(
        outdoors.river, SKY,
        ("河岸救生点挂着救生圈和蓝色编号牌",
         "A rescue point with a lifebuoy and a blue plate by the river"),
        ("没有救生器材的河岸上站着一大一小两个人",
         "An adult and a child on a river bank without rescue equipment"),
    ),
    "school": Scene(
        outdoors.school, SKY,
        ("护学岗志愿者带着三名学生走过校门前的人行横道",
         "A guard leads three pupils over the crossing"),
        ("校门前的路上停满汽车，一名学生从车缝中穿过",
         "Cars crowd the school gate; a pupil walks between them"),
    ),
    "crossing": Scene(
        outdoors.crossing, SKY,
        ("路口有斑马线、安全岛和信号灯，骑行者戴着头盔",
         "A crossing with island and light; the rider wears a helmet"),
        ("宽阔的路口没有斑马线，骑行者没有戴头盔",
         "A wide road without a crossing; the rider wears no helmet"),
    ),
    "workshop": Scene(
        indoors.workshop, PALE,
        ("工人戴着安全帽，双手操作带防护栏的机器",
         "A worker with a helmet at a machine with a guard"),
        ("工人把手伸向没有防护栏的机器",
         "A worker reaches into a machine without a guard"),
    ),
    "window": Scene(
        indoors.window, SAND,
        ("窗户装有护栏和限位器，家长陪着孩子",
         "A window with bars and a stop; a parent with a child"),
        ("孩子爬上敞开窗户旁的柜子",
         "A child climbs a chest beside an open window"),
    ),
    "playground": Scene(
        outdoors.playground, SKY,
        ("铺着软地面的游乐场里，大人看着孩子荡秋千",
         "A playground with soft ground; an adult watches a child"),
        ("地面硬化的游乐场，秋千少了一个座板",
         "A playground with hard ground and a swing without a seat"),
    ),
    "lane": Scene(
        outdoors.lane, NIGHT,
        ("夜晚的小巷亮着四盏路灯，有人走在路上",
         "Four lamps light a lane at night; somebody walks home"),
        ("夜晚的小巷没有灯，只看得见一个人影",
         "A lane at night without lamps; only an outline of somebody"),
    ),
    "aed": Scene(
        indoors.aed, PALE,
        ("墙上挂着自动体外除颤器，两人正在抢救倒地者",
         "A defibrillator on the wall; two people help somebody"),
        ("墙上没有急救设备，一个人跪在倒地者身边",
         "No equipment on the wall; one person kneels beside somebody"),
    ),
    "shelter": Scene(
        outdoors.shelter, SKY,
        ("雨中，居民来到搭着三顶帐篷的避难场所",
         "Residents reach a shelter with three tents in the rain"),
        ("低洼处的房屋被积水包围",
         "Water surrounds houses on low ground"),
    ),
    "square": Scene(
        outdoors.square, SKY,
        ("广场上排着四个宣传摊位，居民前来咨询",
         "Four stands on a square and residents around them"),
    ),
    "meeting": Scene(
        indoors.meeting, PALE,
        ("六个人围坐桌前，墙上是柱状图",
         "Six people at a table, bars of a chart on the wall"),
    ),
    "class": Scene(
        indoors.lesson, SAND,
        ("老师在黑板前给居民讲课",
         "A teacher at a blackboard in front of residents"),
    ),
    "drill": Scene(
        outdoors.drill, PALE,
        ("居民在集合点标志旁集合，远处楼房冒着烟",
         "Residents gather at an assembly point; smoke behind"),
    ),
    "storm": Scene(
        outdoors.storm, SKY,
        ("大风中，小船驶向有灯塔的港口",
         "In a gale a small boat makes for a harbour with a light"),
    ),
}  # fmt: skip
