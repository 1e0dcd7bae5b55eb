"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
database = ${repr(database)}

${body}
