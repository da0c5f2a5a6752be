// A game's leaderboard: the whole app. It is given a client and does not know what is behind it.
import type { Redis } from '../../src/adapters/memory.ts'

export interface Standing {
  player: string
  points: number
}

export class Leaderboard {
  readonly #redis: Redis
  readonly #scores: string
  readonly #games: string
  readonly #news: string

  constructor(redis: Redis, name: string) {
    this.#redis = redis
    // What is used together has one hash tag, the part in braces: then it is on one node of a cluster.
    this.#scores = `{${name}}:scores`
    this.#games = `{${name}}:games`
    this.#news = `{${name}}:news`
  }

  /** Adds a game's points. @returns the player's standing, and the rank from 0 */
  async play(player: string, points: number): Promise<{ points: number; games: number; rank: number | null }> {
    const [total, games, rank] = await this.#redis
      .multi()
      .zincrby(this.#scores, points, player)
      .hincrby(this.#games, player, 1)
      .zrevrank(this.#scores, player)
      .exec()
    await this.#redis.publish(this.#news, JSON.stringify({ player, points: total }))
    return { points: total, games, rank }
  }

  /** The best. */
  async top(count: number): Promise<Standing[]> {
    const entries = await this.#redis.zrange(this.#scores, 0, count - 1, { rev: true, withScores: true })
    return entries.map(([player, points]) => ({ player, points }))
  }

  /** Every change from now on. */
  async *follow(): AsyncGenerator<Standing, void, undefined> {
    await using news = await this.#redis.subscribe(this.#news)
    for await (const { message } of news) yield JSON.parse(message) as Standing
  }

  /** Begins a new season. */
  async reset(): Promise<void> {
    await this.#redis.del(this.#scores, this.#games)
  }
}
