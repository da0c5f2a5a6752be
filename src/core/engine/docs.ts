import type { Reply } from '../reply.ts'
import type { Command } from './command.ts'
export function docsOf(_command: Command): Reply {
  return []
}
