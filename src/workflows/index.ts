export { drillWorkflow } from './drill';
export { notifierWorkflow } from './engine/notifier';
export { pairLockWorkflow } from './engine/pair-lock';
export { switchbackWorkflow } from './switchback';
export { switchoverWorkflow } from './switchover';
