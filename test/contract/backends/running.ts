// A backend that runs: its clients, and the server that ends with it.
import type { Running } from '../contract.ts'

export async function running(
  connect: () => Running['redis'] | Promise<Running['redis']>,
  server: { stop(): Promise<void> },
): Promise<Running> {
  const redis = await connect()
  await redis.ping()
  const stop = async (): Promise<void> => {
    await redis.close()
    await server.stop()
  }
  return { redis, another: async () => connect(), stop }
}
