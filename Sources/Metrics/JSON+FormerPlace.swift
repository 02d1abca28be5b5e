// The tree stood in this module while there were two of them. New code imports `Base`.

import Base

package typealias JSON = Base.JSON
