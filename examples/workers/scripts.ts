// A queue of tasks as scripts: each is atomic, on the embedded engine as on a Redis server.
import { defineScript, nullable } from '../../src/scripts/builder/define.ts' // 'isodis/scripts'

/** Adds a task. Gives how many are waiting. */
export const enqueue = defineScript(
  {
    name: 'enqueue',
    keys: { queue: 'zset', info: 'hash' },
    args: { task: 'string', payload: 'string', priority: 'number' },
  },
  (_$, { queue, info }, { task, payload, priority }) => {
    info.hset(task, payload)
    queue.zadd({ member: task, score: priority })
    return queue.zcard()
  },
)

/** Takes the best task and notes who works on it. */
export const pickTask = defineScript(
  {
    name: 'pickTask',
    keys: { queue: 'zset', info: 'hash', busy: 'hash' },
    args: { worker: 'string' },
    returns: nullable({ task: 'string', payload: 'string?' }),
  },
  ($, { queue, info, busy }, { worker }) => {
    const { member: task } = queue.zpopmax().orElse(() => $.return(null))
    busy.hset(task, worker)
    return { task, payload: info.hget(task) }
  },
)

/** Ends a task. Gives false if it is no longer this worker's, because it was put back meanwhile. */
export const finishTask = defineScript(
  {
    name: 'finishTask',
    keys: { info: 'hash', busy: 'hash', done: 'list' },
    args: { task: 'string', worker: 'string' },
    returns: 'boolean',
  },
  ($, { info, busy, done }, { task, worker }) => {
    $.if(busy.hget(task).ne(worker), () => $.return(false))
    busy.hdel(task)
    info.hdel(task)
    done.rpush($.text`${task} by ${worker}`)
    return true
  },
)

/** Says that a worker is alive. */
export const beat = defineScript({ name: 'beat', keys: { heard: 'zset' }, args: { worker: 'string' } }, ($, { heard }, { worker }) => {
  heard.zadd({ member: worker, score: $.now() })
})

/** Puts the tasks of workers who have not been heard of for some time back, before all others. Gives their names. */
export const putBack = defineScript(
  {
    name: 'putBack',
    keys: { queue: 'zset', busy: 'hash', heard: 'zset' },
    args: { patience: 'integer' },
  },
  ($, { queue, busy, heard }, { patience }) => {
    const alive = $.local('alive', $.now().sub(patience))
    const back = $.local('back', $.list('string'))
    $.for(busy.hgetall(), (task, worker) => {
      $.if(heard.zscore(worker).orElse(0).lt(alive), () => {
        queue.zadd({ member: task, score: 2 })
        busy.hdel(task)
        back.push(task)
      })
    })
    return back
  },
)
