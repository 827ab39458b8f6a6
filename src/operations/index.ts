// All the families, one on top of the other: this is what a ring, a batch and a chain can do.

import type { Kind } from './base'
import { PathOperations } from './path'

export abstract class AllOperations<K extends Kind> extends PathOperations<K> {}
