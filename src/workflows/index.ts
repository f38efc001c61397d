export { drillWorkflow } from './drill';
export { notifierWorkflow } from './engine/notifier';
export { pairLockWorkflow } from './engine/pair-lock';
export { failbackWorkflow } from './failback';
export { failoverWorkflow } from './failover';
export { fleetWorkflow } from './fleet';
export { switchbackWorkflow } from './switchback';
export { switchoverWorkflow } from './switchover';
