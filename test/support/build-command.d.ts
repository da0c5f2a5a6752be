export function buildCommand(dir: string): Promise<string>
