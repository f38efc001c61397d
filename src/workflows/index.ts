export { switchbackWorkflow } from './switchback';
